"""What the tests of components share: the real catalogue, the real renderer, one browser."""

from __future__ import annotations

import pytest

from app.house import read_house
from app.web.catalog import Catalog
from app.web.render import Renderer


@pytest.fixture(scope="session")
def catalog(renderer: Renderer) -> Catalog:
    return renderer.catalog


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return read_house()
