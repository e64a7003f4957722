"""What the tests of components share: the real catalogue, the real renderer, one browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.web.catalog import Catalog
from app.web.render import Renderer
from app.web.texts import Texts

ROOT = Path(__file__).parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update"]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.load(ROOT / "components", ROOT / "static" / "tokens.css")


@pytest.fixture(scope="session")
def renderer(catalog: Catalog) -> Renderer:
    return Renderer(ROOT / "components", ROOT / "templates", catalog=catalog, texts=Texts.load())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    system = Path("/usr/bin/chromium")
    path = os.environ.get("CHROMIUM_PATH") or (str(system) if system.exists() else None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
