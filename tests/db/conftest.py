"""Every test of the database runs on both kinds of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.db import Database
from tests.databases import hasty, migrated_url
from tests.processes import Program

Rival = Callable[..., Program]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of an empty database with the newest schema."""
    with migrated_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    hasty(database)
    yield database
    database.close()


@pytest.fixture
def rival(url: str) -> Iterator[Rival]:
    """Starts another process on the same database. It says `ready`, then waits for a line."""
    started: list[Program] = []

    def start(*arguments: str) -> Program:
        started.append(Program("tests.db.rival", url, *arguments))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()
