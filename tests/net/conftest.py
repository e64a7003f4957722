"""One door and one loopback site for a test of the network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.net.door import Door
from tests.net.server import Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def door(site: Site) -> Iterator[Door]:
    door = Door(allow_private=[f"127.0.0.1:{site.port}"], timeout_s=2.0, max_bytes=100_000)
    yield door
    door.close()
