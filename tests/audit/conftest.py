"""An audit log on both kinds of database, with a clock that is turned by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.audit import AuditLog
from app.metrics import NullMetrics
from tests.audit.sealing import Sealed
from tests.databases import Moody, hasty, migrated_url


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Moody]:
    with migrated_url(request.param, tmp_path) as url:
        database = Moody(url)
        hasty(database)
        yield database
        database.close()


@pytest.fixture
def now() -> list[float]:
    return [1000.0]


@pytest.fixture
def metrics() -> NullMetrics:
    return NullMetrics()


@pytest.fixture
def log(database: Moody, now: list[float], metrics: NullMetrics) -> AuditLog:
    return AuditLog(database, lambda: now[0], metrics)


@pytest.fixture
def sealed(database: Moody, tmp_path: Path) -> Sealed:
    return Sealed(database, tmp_path)
