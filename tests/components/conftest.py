"""What the tests of components share: the real catalogue, the real renderer, one browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.web.catalog import Catalog
from app.web.render import Renderer
from app.web.texts import Texts

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.load(ROOT / "components", ROOT / "static" / "tokens.css")


@pytest.fixture(scope="session")
def renderer(catalog: Catalog) -> Renderer:
    return Renderer(ROOT / "components", ROOT / "templates", catalog=catalog, texts=Texts.load())
