"""`inlay reload`: what changes is said, what is refused changes nothing."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.world import World


def run(path: Path) -> Result:
    return CliRunner().invoke(main, ["reload", "-c", str(path)])


def test_a_changed_file_is_published_and_what_needs_a_restart_is_said(world: World) -> None:
    path = written(world)
    assert run(path).output.endswith("Revision 1 is published.\n")
    assert "Revision 2 is published. Its text is the same; files that it refers to are read again." in run(path).output
    path.write_text(path.read_text().replace("compression = false", "compression = true\nport = 8001"))
    result = run(path)
    assert "server.compression: False -> True" in result.output
    assert "Only a restart takes over: server.port." in result.stderr
    newest = world.parts.revisions.newest()
    assert newest is not None
    assert newest.text == path.read_text()


def test_what_is_refused_publishes_nothing(world: World) -> None:
    path = written(world)
    run(path)
    path.write_text(path.read_text().replace("compression = false", "compresion = false"))
    result = run(path)
    assert result.exit_code == 2
    assert "Did you mean compression?" in result.stderr
    newest = world.parts.revisions.newest()
    assert newest is not None
    assert newest.number == 1


def test_a_file_that_would_undo_what_a_page_published_says_so(world: World) -> None:
    path = written(world)
    run(path)
    changed = path.read_text().replace("compression = false", "compression = true")
    world.parts.revisions.publish(changed, "Ada", "page")
    assert "Revision 2 was published from a page by Ada, and this file says otherwise" in run(path).stderr
    world.parts.revisions.publish(changed, "Ada", "page")
    path.write_text(changed)
    assert "from a page" not in run(path).stderr
