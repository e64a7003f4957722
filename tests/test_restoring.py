"""A backup, taken while viewers come and go, is restored: on the same clock, on one behind and on one ahead."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.cli import main
from tests.cli.written import written
from tests.restored import Before, backed_up_while_used, check, restored
from tests.world import world as make_world


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Before]:
    folder = tmp_path_factory.mktemp("backed-up")
    file = folder / "backup.db"
    with make_world(folder) as world:
        config = str(written(world))

        def back_up() -> None:
            told = CliRunner().invoke(main, ["db", "backup", "-c", config, "-o", str(file)])
            assert told.exit_code == 0, told.output

        before = backed_up_while_used(world, back_up)
        assert file.stat().st_mode & 0o777 == 0o600
        assert CliRunner().invoke(main, ["db", "backup", "-c", config, "-o", str(file)]).exit_code == 2
    return file, before


@pytest.mark.parametrize("step_s", [0.0, -3_600.0, 90_000.0])
def test_what_was_used_stays_used_and_nothing_hangs(backup: tuple[Path, Before], tmp_path: Path, step_s: float) -> None:
    file, before = backup
    shutil.copy(file, tmp_path / "inlay.db")
    with restored(tmp_path, f"sqlite:///{tmp_path}/inlay.db", step_s) as (world, found):
        check(world, found, before, step_s)
        assert len(world.audited("database.restored")) == 1


def test_the_command_does_it_and_asks_first(backup: tuple[Path, Before], tmp_path: Path) -> None:
    shutil.copy(backup[0], tmp_path / "inlay.db")
    with make_world(tmp_path) as world:
        arguments = ["db", "restored", "-c", str(written(world))]
        assert CliRunner().invoke(main, arguments, input="n\n").exit_code == 1
        assert world.audited("database.restored") == []
        told = CliRunner().invoke(main, arguments, input="y\n")
        assert told.exit_code == 0, told.output
        assert "panels ask their hosts for new launches" in told.output
        assert "Start nodes 11 minutes after" in told.output
        with world.parts.database.read() as conn:
            living = text("SELECT count(*) FROM sessions WHERE ended_at IS NULL OR host_token IS NOT NULL")
            assert conn.execute(living).scalar_one() == 0
