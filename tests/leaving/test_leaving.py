"""A connection leaves: what must be kept is written down, the rest is gone, and nobody else's is touched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Boolean, Double, Integer, LargeBinary, Table, func, insert, select, text, update

from app.application import create_app
from app.cli import main
from app.config import Settings
from app.db.schema import metadata
from app.errors import BadRequest, HostUnavailable, NotFound
from app.hosts._sign_in import HostTokens
from app.leaving import SETTLE_S, Does, Leaving, Standing, Step, retention_of_left
from app.leaving.rules import RULES
from tests.cli.written import written
from tests.databases import migrated_url
from tests.hosts._proofs import CLOCK
from tests.world import LEAD, World, launch_data, running
from tests.world import world as make_world

KEPT = {"audit", "audit_seals", "audit_tombstones", "erased_keys", "leavings"}
GONE, STAYS = "acme-carried", "acme-pages"


def row(table: Table, connection: str, number: int) -> dict[str, object]:
    """Some row of this connection, whatever the table."""
    values: dict[str, object] = {}
    for column in table.columns:
        kind = column.type
        if isinstance(kind, Double):
            values[column.name] = CLOCK + number
        elif isinstance(kind, Boolean):
            values[column.name] = False
        elif isinstance(kind, Integer):
            values[column.name] = number
        elif isinstance(kind, LargeBinary):
            values[column.name] = b"sealed by nobody"
        else:
            values[column.name] = f"{column.name}-{connection}-{number}"
    named = {
        "connection": connection, "key": f"{connection}|lead_score||x|{number}", "event": "answer.given",
        "payload": json.dumps({"connection": connection, "n": number}), "detail": "{}", "factors": "[]",
        "dead_at": None, "reach": "off", "viewers": "[]",
        "epoch": 10_000 + number + 5_000 * (connection == GONE),
    }  # fmt: skip
    values |= {name: value for name, value in named.items() if name in values}
    if table.name == "quotas":
        values["name"] = f"host:{connection}"
    for column in table.primary_key:
        if isinstance(column.type, Integer) and column.autoincrement is not False and len(table.primary_key) == 1:
            del values[column.name]  # the database counts it
    return values


def fill(world: World, rows: int = 3) -> None:
    """Every table that has a rule gets rows of two connections."""
    with world.parts.database.begin() as conn:
        for name, rule in RULES.items():
            if rule.does is not Does.NOBODYS and name != "leavings":
                for connection in (GONE, STAYS):
                    few = 1 if name == "quotas" else rows
                    conn.execute(
                        insert(metadata.tables[name]), [row(metadata.tables[name], connection, n) for n in range(few)]
                    )


def left(world: World, connection: str) -> dict[str, int]:
    with world.parts.database.read() as conn:
        return {
            name: conn.execute(
                select(func.count()).where(RULES[name].which(metadata.tables[name], connection))
            ).scalar_one()
            for name in RULES
        }


def through(leaving: Leaving, world: World, name: str, until: Step = Step.ERASED) -> Standing:
    standing = leaving.standing(name)
    assert standing is not None
    while standing.step is not until:
        world.clock.now += leaving.wait_s(standing)
        standing = leaving.go_on(name)
    return standing


def test_every_table_has_its_rule() -> None:
    """Whoever adds a table decides here what becomes of it."""
    assert set(RULES) == set(metadata.tables)
    assert all(
        RULES[name].does is not Does.NOBODYS for name, table in metadata.tables.items() if "connection" in table.c
    )


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_must_be_kept_is_exported_the_rest_is_erased_and_nobody_else_is_touched(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.leaving.rows.EACH", 2)  # so that there is more than is read or erased at once
    with migrated_url(kind, tmp_path) as url, make_world(tmp_path, store=url) as world:
        exported_and_erased(world)


def exported_and_erased(world: World) -> None:
    fill(world, 5)
    others = left(world, STAYS)
    leaving, folder = world.parts.leaving, world.folder / "out"
    leaving.begin(GONE, "Ada", folder)
    standing = through(leaving, world, GONE)
    stayed = {name: rows for name, rows in left(world, GONE).items() if rows}
    assert set(stayed) == KEPT
    assert left(world, STAYS) == others
    for name, facts in standing.told["exported"].items():
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == facts["sha256"]
        lines = [json.loads(line) for line in content.decode().splitlines()]
        assert len(lines) == facts["rows"] >= 5
        assert {line["connection"] for line in lines} == {GONE}
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert set(standing.told["exported"]) == {f"{each}.jsonl" for each in ("audit", "reviews", "scores", "thumbs")}
    assert [row["admin"] for row in world.audited("connection.left")] == ["Ada"]


def test_what_was_really_shown_is_exported_with_what_the_core_was_told(world: World) -> None:
    written(world)
    answer = world.exchange(connection=GONE, features={LEAD: {"activity": 3}})
    assert answer.status_code == 200, answer.text
    world.parts.leaving.begin(GONE, "Ada", world.folder / "out")
    through(world.parts.leaving, world, GONE)
    [score] = [json.loads(line) for line in (world.folder / "out/scores.jsonl").read_text().splitlines()]
    assert (score["value"], score["snapshot"]) == (72.0, {"activity": 3})
    assert score["factors"][0]["label"]
    events = {json.loads(line)["event"] for line in (world.folder / "out/audit.jsonl").read_text().splitlines()}
    assert events >= {"launch.accepted", "view.shown", "connection.leaving", "session.revoked"}
    token = answer.json["access_token"]
    world.parts.epochs.look()  # as each process does four times a second
    assert world.batch(token, [f"score-badge {LEAD} -"]).status_code == 401  # whoever still has a panel open
    text_now = world.parts.publisher.now().text
    assert f"[connections.{GONE}]" not in text_now
    assert f"[connections.{STAYS}]" in text_now


def test_what_is_erased_is_not_left_in_the_file(world: World) -> None:
    written(world)
    fill(world)
    keep = b"value-of-one-who-stays"
    with world.parts.database.begin() as conn:
        scores = metadata.tables["scores"]
        for connection, told in ((GONE, "value-of-one-who-left"), (STAYS, keep.decode())):
            mine = update(scores).where(scores.c.connection == connection).values(features_hash=told * 50)
            conn.execute(mine)
    world.parts.leaving.begin(GONE, "Ada", world.folder / "out")
    through(world.parts.leaving, world, GONE)
    files = [each for each in world.folder.iterdir() if each.name.startswith("inlay.db")]
    content = b"".join(each.read_bytes() for each in files)
    assert keep in content
    assert b"value-of-one-who-left" not in content


def test_it_goes_on_where_it_was_interrupted(world: World) -> None:
    """Each step by another process, which knows what the table says and no more."""
    written(world)
    fill(world)
    folder = world.folder / "out"
    world.parts.leaving.begin(GONE, "Ada", folder)
    for before, after in pairwise(Step):
        with world.another() as other:
            again = other.parts.leaving.begin(GONE, "Bob", world.folder / "elsewhere")
            assert (again.step, again.by, again.folder) == (before, "Ada", folder.resolve())
            assert through(other.parts.leaving, other, GONE, after).step is after
    assert {name for name, rows in left(world, GONE).items() if rows} == KEPT
    assert len(world.audited("connection.leaving")) == len(world.audited("connection.left")) == 1


def test_an_export_that_was_cut_off_is_written_anew(world: World) -> None:
    written(world)
    fill(world)
    folder = world.folder / "out"
    world.parts.leaving.begin(GONE, "Ada", folder)
    through(world.parts.leaving, world, GONE, Step.REMOVED)
    (folder / ".part-1").mkdir(parents=True, mode=0o700)
    (folder / ".part-1" / "audit.part").write_text("half a li")
    (folder / "scores.jsonl").write_text("of before\n")
    standing = through(world.parts.leaving, world, GONE)
    for name, facts in standing.told["exported"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == facts["sha256"]
    assert {each.stem for each in folder.iterdir()} == {"audit", "reviews", "scores", "thumbs"}


def test_of_two_who_do_it_at_once_neither_spoils_the_others_export(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.leaving.steps.SETTLE_S", 0.0)
    written(world)
    fill(world, 40)
    world.parts.leaving.begin(GONE, "Ada", world.folder / "out")
    with world.another() as other, ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda one: through(one.parts.leaving, one, GONE).step, (world, other)))
    assert done == [Step.ERASED, Step.ERASED]
    assert len((world.folder / "out/scores.jsonl").read_text().splitlines()) == 40
    assert len(world.audited("connection.left")) == 1


def test_what_came_late_goes_when_it_is_called_again(world: World) -> None:
    written(world)
    world.parts.leaving.begin(GONE, "Ada", world.folder / "out")
    through(world.parts.leaving, world, GONE)
    fill(world, 2)
    world.parts.leaving.go_on(GONE)
    assert left(world, GONE)["scores"] == left(world, GONE)["figures"] == 0


def test_a_dry_run_changes_nothing_and_says_what_is_in_the_way(world: World) -> None:
    written(world)
    fill(world)
    before = left(world, GONE)
    plan = world.parts.leaving.plan(GONE)
    assert {each.table: each.rows for each in plan.lines} == before
    assert plan.obstacles == []
    assert left(world, GONE) == before
    assert "acme-pages reads its records through acme" in world.parts.leaving.plan("acme").obstacles[0]
    with pytest.raises(BadRequest):
        world.parts.leaving.begin("acme", "Ada", world.folder / "out")
    with pytest.raises(NotFound):
        world.parts.leaving.plan("nobody")


def test_its_retention_outlives_it(world: World) -> None:
    path = written(world)
    named = f'[connections.{GONE}]\nretention = {{ decision = "400d" }}'
    path.write_text(path.read_text().replace(f"[connections.{GONE}]", named))
    with running(Settings.load(path), world.clock) as (parts, _):
        parts.leaving.begin(GONE, "Ada", world.folder / "out")
        through(parts.leaving, world, GONE)
    arguments = ["audit", "purge", "-c", str(path), "-k", GONE, "--json"]
    told = CliRunner().invoke(main, arguments)
    assert told.exit_code == 0, told.output
    [(chain, rule)] = retention_of_left(world.parts.database).items()
    assert (chain, rule.rule) == ((GONE, "decision"), "400d")
    assert rule.seconds == 400 * 86_400
    assert CliRunner().invoke(main, [*arguments[:-2], "nobody", "--json"]).exit_code == 2


def test_what_is_under_a_legal_hold_does_not_leave(world: World) -> None:
    path = written(world)
    path.write_text(path.read_text().replace(f"[connections.{GONE}]", f"[connections.{GONE}]\nlegal_hold = true"))
    with running(Settings.load(path), world.clock) as (parts, _):
        assert "legal hold" in parts.leaving.plan(GONE).obstacles[0]
        with pytest.raises(BadRequest):
            parts.leaving.begin(GONE, "Ada", world.folder / "out")


def test_it_waits_until_every_process_knows(world: World) -> None:
    written(world)
    leaving = world.parts.leaving
    leaving.begin(GONE, "Ada", world.folder / "out")
    removed = through(leaving, world, GONE, Step.REMOVED)
    assert leaving.wait_s(removed) == pytest.approx(SETTLE_S)
    world.clock.now -= 86_400.0  # a clock that is set back holds nothing up
    assert leaving.wait_s(removed) == pytest.approx(SETTLE_S)
    world.clock.now += 2 * 86_400.0
    assert leaving.wait_s(removed) == 0.0


@contextmanager
def alone(world: World) -> Iterator[World]:
    """A deployment with one connection, whose viewers sign in."""
    path = written(world)
    config = path.read_text().split("[connections.acme-pages]")[0]
    path.write_text(config.replace('client_id = "inlay"', 'client_id = "inlay"\nsign_in_client_id = "viewers"', 1))
    settings = Settings.load(path)
    with running(settings, world.clock) as (parts, runner):
        yield World(
            settings, world.folder, world.core, world.api, world.clock, parts, runner, create_app(parts).test_client()
        )


def test_the_host_is_told_to_forget_the_viewers_tokens(world: World) -> None:
    with alone(world) as here:
        here.signed_in(HostTokens("signed-in", here.clock.now + 600, "refresh-1"))
        assert left(here, "acme")["identities"] == 1
        here.api.calls.clear()
        here.parts.leaving.begin("acme", "Ada", here.folder / "out")
        standing = through(here.parts.leaving, here, "acme", Step.REVOKED)
        assert standing.told["tokens"] == 1
        assert here.api.calls == ["token"]  # a POST to its address for that
        assert through(here.parts.leaving, here, "acme").step is Step.ERASED
        assert b"refresh-1" not in (here.folder / "inlay.db").read_bytes()


def test_a_host_that_is_away_holds_it_up_unless_that_is_given_up(world: World) -> None:
    with alone(world) as here:
        here.signed_in(HostTokens("signed-in", here.clock.now + 600, "refresh-1"))
        here.parts.leaving.begin("acme", "Ada", here.folder / "out")
        through(here.parts.leaving, here, "acme", Step.CLOSED)
        here.api.refuses = True
        with pytest.raises(HostUnavailable):
            here.parts.leaving.go_on("acme")
        assert here.parts.leaving.standing("acme").step is Step.CLOSED  # type: ignore[union-attr]
        assert here.parts.leaving.go_on("acme", give_up=True).step is Step.REVOKED


def test_a_panel_that_is_open_goes_blank_at_once(world: World) -> None:
    with alone(world) as here:
        token = str(launch_data(here.launch())["token"])
        here.parts.leaving.begin("acme", "Ada", here.folder / "out")
        through(here.parts.leaving, here, "acme", Step.CLOSED)
        here.parts.epochs.look()  # as each process does four times a second
        assert here.badge(token).status_code == 401
        with here.parts.database.read() as conn:
            assert conn.execute(text("SELECT reach FROM rollouts")).scalars().all() == ["off"]
