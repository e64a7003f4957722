"""`inlay audit`: what an auditor asks of the log."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result
from sqlalchemy import text

from app.cli import main
from tests.cli.written import written
from tests.world import World


def run(world: World, *arguments: str) -> Result:
    command, *rest = arguments
    return CliRunner().invoke(main, ["audit", command, *rest, "-c", str(written(world))])


def test_verify_names_the_row_and_says_it_by_its_exit_code(world: World) -> None:
    world.looked_at()
    world.parts.sealer.run()
    good = run(world, "verify")
    assert good.exit_code == 0, good.output
    assert "stand as sealed" in good.stdout
    with world.parts.database.begin() as conn:
        conn.execute(
            text("UPDATE audit SET viewer = 'somebody else' WHERE event = 'view.shown' AND connection = 'acme'")
        )
    bad = run(world, "verify")
    assert bad.exit_code == 1
    assert "NOT AS SEALED, first at row " in bad.stdout
    told = json.loads(run(world, "verify", "--json").stdout)
    assert (told["ok"], told["first"]["kind"], told["first"]["connection"]) == (False, "changed", "acme")
    assert run(world, "verify", "-k", "acme-pages").exit_code == 0


def test_a_file_of_anchors_that_is_gone_is_no_reason_to_believe(world: World) -> None:
    assert run(world, "verify").exit_code == 0  # nothing was sealed, so nothing was anchored
    world.looked_at()
    world.parts.sealer.run()
    world.settings.store.anchors.unlink()
    gone = run(world, "verify")
    assert gone.exit_code == 1
    assert "Name it with --anchors" in gone.stderr
    assert run(world, "verify", "--no-anchors").exit_code == 0


def test_seals_are_exported_as_lines(world: World) -> None:
    world.looked_at()
    world.parts.sealer.run()
    kinds = [json.loads(line)["kind"] for line in run(world, "seals", "export").stdout.splitlines()]
    assert kinds[0] == "key"
    assert kinds.count("seal") >= 2


def test_purge_says_first_what_would_go(world: World) -> None:
    world.looked_at()
    world.parts.sealer.run()
    hold = 'issuer = "00DAB0000000001EAA"\nretention = { access = "1d", decision = "sox" }'
    changes = {'issuer = "00DAB0000000001EAA"': hold}
    config = str(written(world, changes))

    def purge(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["audit", "purge", "-c", config, *arguments])

    first = purge()
    assert first.exit_code == 0, first.output
    assert "acme access: " in first.stdout
    assert "acme decision" not in first.stdout
    assert "Nothing was removed" in first.stdout
    assert world.audited("launch.accepted")[0]["connection"] == "acme"
    assert "Purged." in purge("--yes").stdout
    assert {each["connection"] for each in world.audited("launch.accepted")} == {"acme-pages"}
    assert run(world, "verify").exit_code == 0
    assert "Nothing is due." in purge().stdout


def test_search_finds_and_is_audited(world: World) -> None:
    world.looked_at()
    found = run(world, "search", "--event", "view.shown", "-k", "acme")
    assert found.exit_code == 0, found.output
    assert len(found.stdout.splitlines()) == 1
    assert "record=Lead/00QAB000003LeadAA2" in found.stdout
    [row] = world.audited("audit.searched")
    assert (row["admin"], row["connection"], row["filters"]["event"]) == ("command line", "acme", "view.shown")
    first = json.loads(run(world, "search", "--limit", "1", "--json").stdout)
    second = json.loads(run(world, "search", "--limit", "1", "--json", "--after", first["after"]).stdout)
    assert second["rows"][0]["seq"] < first["rows"][0]["seq"]
    assert run(world, "search", "--event", "view.shwon").exit_code == 2
    assert "Nothing was found" in run(world, "search", "--since", "2999-01-01").stderr


def test_export_writes_a_file_and_is_audited(world: World) -> None:
    world.looked_at()
    to = world.folder / "audit.jsonl"
    done = run(world, "export", "--format", "jsonl", "-o", str(to), "--event", "view.shown")
    assert done.exit_code == 0, done.output
    assert to.stat().st_mode & 0o777 == 0o600
    assert {json.loads(line)["connection"] for line in to.read_text().splitlines()} == {"acme", "acme-pages"}
    assert world.audited("audit.exported")[0]["how"] == "jsonl"
    assert run(world, "export").stdout.startswith('\ufeff"seq","at"')
