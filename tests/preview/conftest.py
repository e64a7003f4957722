"""What tests of the preview share: our own book read once, and a small one that may be changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.preview.book import Edition
from app.preview.new import write_component
from tests.components.site import own_book


@pytest.fixture(scope="session")
def edition() -> Edition:
    return own_book().current()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of components with one in it, `deal-card`."""
    components = tmp_path / "components"
    components.mkdir()
    write_component(components, "deal-card")
    return components
