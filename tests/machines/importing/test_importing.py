"""Batches as a whole: all of it or nothing, whoever comes in between."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.application import create_app
from app.errors import Busy
from app.machines.callers import Caller, May
from app.machines.importing import kept
from app.machines.importing.body import Body
from app.machines.importing.rows import from_json_lines
from app.machines.importing.wrong import BatchCut, BatchRefused
from tests.machines.callers.world import ROW, at, bring, key, lines, row
from tests.world import LEAD, World, running
from tests.world import world as make_world

WHO = Caller("acme", "warehouse", frozenset({"lead_score"}), frozenset(), frozenset(May), "x")
MANY = [row(record=f"Lead/{n}") for n in range(2_500)]


def take(world: World, body: Any, batch: str = "b") -> Any:
    capability = world.settings.capabilities["lead_score"]
    return world.parts.imports.take(WHO, capability, batch, Body(body, gzipped=False), from_json_lines)


def count(world: World, table: str) -> int:
    with world.parts.database.read() as conn:
        return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


class Broken:
    """A body whose sender goes away after so many bytes."""

    def __init__(self, content: bytes, after: int) -> None:
        self._content, self._left = io.BytesIO(content), after

    def read(self, size: int) -> bytes:
        if self._left <= 0:
            raise BatchCut(reason="body-cut")
        piece = self._content.read(min(size, self._left))
        self._left -= len(piece)
        return piece


def test_a_sender_that_goes_away_leaves_nothing(world: World) -> None:
    body = lines(*MANY)
    with pytest.raises(BatchCut):
        take(world, Broken(body, len(body) * 2 // 3).read)
    assert (count(world, "scores"), count(world, "import_rows")) == (0, 0)
    assert [each["reason"] for each in world.audited("import.refused")] == ["body-cut"]
    assert take(world, io.BytesIO(body).read).rows == 2_500


def test_nobody_sees_a_row_before_all_are_there(world: World) -> None:
    seen: list[int] = []

    def read(size: int, body: io.BytesIO = io.BytesIO(lines(*MANY))) -> bytes:  # noqa: B008 one body
        seen.append(count(world, "scores"))
        return body.read(size)

    take(world, read)
    assert set(seen) == {0}
    assert count(world, "scores") == 2_500


def test_a_process_that_was_killed_left_nothing_that_counts(world: World) -> None:
    """Its rows are forgotten, and its batch may come again, once it has not come further for a minute."""
    with world.parts.database.begin() as conn:
        kept.begin(conn, "acme", "lead_score", "b", "warehouse", world.clock.now)
    with pytest.raises(Busy):
        take(world, io.BytesIO(lines(ROW)).read)
    world.clock.now += kept.STILL_S + 1
    assert take(world, io.BytesIO(lines(ROW)).read).rows == 1


def test_a_slow_sender_holds_up_its_own_connection_only(world: World) -> None:
    """Whoever has a key could send a byte a minute, and with that keep every other customer's scores out."""
    other, capability = replace(WHO, connection="acme-pages"), world.settings.capabilities["lead_score"]
    came: list[int] = []

    def bring_as(who: Caller, batch: str, read: Any) -> Any:
        return world.parts.imports.take(who, capability, batch, Body(read, gzipped=False), from_json_lines)

    def slowly(size: int, body: io.BytesIO = io.BytesIO(lines(ROW))) -> bytes:  # noqa: B008 one body
        if not came:
            came.append(bring_as(other, "theirs", io.BytesIO(lines(ROW)).read).rows)
            with pytest.raises(Busy, match="Another batch"):
                bring_as(WHO, "second", io.BytesIO(lines(ROW)).read)
        return body.read(size)

    assert bring_as(WHO, "first", slowly).rows == 1
    assert came == [1]


def test_a_slow_sender_whose_rows_were_forgotten_does_not_go_on_with_the_rest(world: World) -> None:
    with world.another() as other:

        def read(size: int, body: io.BytesIO = io.BytesIO(lines(*MANY))) -> bytes:  # noqa: B008 one body
            if body.tell() > 700_000:
                world.clock.now += kept.STILL_S + 1
                other.parts.imports.begin()
            return body.read(size)

        with pytest.raises(Busy):
            take(world, read)
    assert (count(world, "scores"), count(world, "import_rows")) == (0, 0)


def test_a_record_that_is_erased_while_its_batch_comes_is_not_in_it(world: World) -> None:
    from app.db.epochs import ERASED, announce

    def read(size: int, body: io.BytesIO = io.BytesIO(lines(*MANY))) -> bytes:  # noqa: B008 one body
        piece = body.read(size)
        if not piece:
            with world.parts.database.begin() as conn:
                announce(conn, ERASED, "acme", "Lead/7")
        return piece

    assert take(world, read).rows == 2_499
    with world.parts.database.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM scores WHERE record_id = '7'")).scalar_one() == 0


def test_where_a_canary_answers_for_a_share_nothing_is_brought(world: World) -> None:
    """Its rows would be shown for the other records only, and nobody would be told."""
    capability = replace(world.settings.capabilities["lead_score"], canary="new", canary_percent=10.0)
    with pytest.raises(BatchRefused, match="canary"):
        world.parts.imports.take(
            WHO, capability, "b", Body(io.BytesIO(lines(ROW)).read, gzipped=False), from_json_lines
        )
    assert count(world, "imports") == 0


def test_what_was_read_of_people_lies_sealed(world: World) -> None:
    marked = row(
        inputs={"activity": "secret-77"}, factors=[{"label": "secret-78", "effect": 1, "fields": ["activity"]}]
    )
    take(world, io.BytesIO(lines(marked)).read)
    with world.parts.database.read() as conn:
        kept_rows = repr(conn.execute(text("SELECT * FROM scores")).all())
    assert "secret-7" not in kept_rows
    assert b"secret-7" not in b"".join(each.read_bytes() for each in world.folder.glob("*.db*"))


@pytest.fixture
def imported(tmp_path: Path) -> Iterator[World]:
    """A world whose capability asks no core."""
    with make_world(tmp_path) as whole:
        capability = replace(whole.settings.capabilities["lead_score"], core="import")
        settings = replace(whole.settings, capabilities={"lead_score": capability})
        with running(settings, whole.clock) as (parts, runner):
            client = create_app(parts).test_client()
            yield replace(whole, settings=settings, parts=parts, runner=runner, client=client)


def test_where_no_core_is_asked_a_badge_is_empty_then_ready_then_stale_then_empty(imported: World) -> None:
    world, mine = imported, key(imported)
    token = world.frame_token()
    assert world.badge(token).headers["Inlay-State"] == "empty"
    assert bring(world, mine, lines(row(valid_for_s=3_900))).status_code == 200
    assert world.badge(token).headers["Inlay-State"] == "ready"
    world.clock.now += 301
    assert world.badge(token).headers["Inlay-State"] == "stale"
    world.clock.now += 2 * 86_400
    assert world.badge(world.frame_token()).headers["Inlay-State"] == "empty"
    assert world.run_jobs() >= 0
    assert world.core.asked == 0


def test_a_launch_s_own_facts_do_not_hide_an_imported_score_and_open_no_other_reasons(imported: World) -> None:
    world = imported
    mine = key(world, connection="acme-carried")
    assert bring(world, mine, lines(ROW)).status_code == 200
    said = {"features": {LEAD: {"activity": 3}}, "fields": None}
    answer = world.exchange(connection="acme-carried", component="score-card", **said)
    html = json.dumps(answer.json)
    assert "Very active" in html
    assert "Small company" not in html


def test_an_event_makes_an_imported_score_stale_and_the_next_batch_fresh(imported: World) -> None:
    world, mine = imported, key(imported)
    bring(world, mine, lines(ROW))
    token = world.frame_token()
    assert world.event(LEAD).status_code == 202
    world.run_jobs()
    assert world.badge(token).headers["Inlay-State"] == "stale"
    world.clock.now += 60
    assert bring(world, mine, lines(row(computed_at=at(30))), batch="b2").json["outdated"] == 0
    assert world.badge(token).headers["Inlay-State"] == "ready"
