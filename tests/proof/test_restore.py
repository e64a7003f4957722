"""A restore at length: PostgreSQL by pg_dump, and a SQLite file, under the load of many viewers, for seconds.

What was answered before a backup began is in it: each launch of then is refused by what was made of it.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.databases import postgres_url
from tests.restored import backed_up_while_used, check, in_use, launched, proof, restored
from tests.world import World
from tests.world import world as make_world

pytestmark = [pytest.mark.proof, pytest.mark.alone]
VIEWERS, BACKUPS, BETWEEN_S = 6, 4, 1.5


def run(*command: str) -> None:
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert told.returncode == 0, told.stderr


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def schema_of(url: str) -> str:
    return str(make_url(url).query["options"]).partition("search_path=")[2].split()[0]


def plain(url: str) -> str:
    """For the vendor's tools, which know no driver's name and no schema."""
    return make_url(url).set(drivername="postgresql", query={}).render_as_string(hide_password=False)


def restore_postgres(dump: Path, old: str, new: str) -> None:
    """Into another schema of the same server, as into another server."""
    text = dump.read_text().replace(f"{schema_of(old)}.", f"{schema_of(new)}.")
    lines = [line for line in text.splitlines() if not line.startswith("CREATE SCHEMA")]
    moved = dump.with_suffix(".moved")
    moved.write_text("\n".join(lines) + "\n")
    run("psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={moved}", plain(new))


@pytest.mark.parametrize("step_s", [0.0, -3_600.0, 90_000.0])
def test_postgres_is_dumped_under_load_and_restored(tmp_path: Path, step_s: float) -> None:
    dump = tmp_path / "dump.sql"
    with postgres_url() as old, postgres_url() as new:
        with make_world(_new(tmp_path / "old"), store=old) as world:
            before = backed_up_while_used(
                world,
                lambda: run("pg_dump", f"--schema={schema_of(old)}", "--no-owner", f"--file={dump}", plain(old)),
                VIEWERS,
            )
        restore_postgres(dump, old, new)
        with restored(_new(tmp_path / "new"), new, step_s) as (there, found):
            check(there, found, before, step_s)


def test_each_of_many_backups_of_a_busy_file_has_all_that_was_answered_before_it(tmp_path: Path) -> None:
    used: list[tuple[float, str]] = []
    began: list[float] = []
    with make_world(_new(tmp_path / "old")) as world:
        before = in_use(world)
        _busy(world, used, lambda: _back_up(world, tmp_path, began))
    assert len(used) > 100
    for number, at in enumerate(began):
        with restored(_new(tmp_path / f"new-{number}"), f"sqlite:///{tmp_path}/backup-{number}.db", 0.0) as (
            there,
            found,
        ):
            check(there, found, before, 0.0)
            there.clock.now -= 1
            earlier = [token for answered, token in used if answered < at]
            assert earlier
            assert {launched(there, token).status_code for token in earlier[-50:]} == {400}


def _back_up(world: World, folder: Path, began: list[float]) -> None:
    for number in range(BACKUPS):
        time.sleep(BETWEEN_S)
        began.append(time.monotonic())
        file = folder / f"backup-{number}.db"
        file.touch(mode=0o600)
        world.parts.database.copy_to(file)


def _busy(world: World, used: list[tuple[float, str]], meanwhile: Callable[[], None]) -> None:
    over, refused = threading.Event(), list[str]()

    def come() -> None:
        while not over.is_set():
            token = proof(world)
            answer = launched(world, token)
            used.append((time.monotonic(), token)) if answer.status_code == 200 else refused.append(answer.text)

    threads = [threading.Thread(target=come) for _ in range(VIEWERS)]
    for thread in threads:
        thread.start()
    try:
        meanwhile()
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert refused == []
