"""Every story's markup is the accepted one, byte by byte; `make golden` accepts what is rendered now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.web.catalog import Catalog
from app.web.render import Renderer

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).with_name("golden")
ACCEPT = os.environ.get("GOLDEN") == "accept"
TAGS = [path.name for path in sorted((ROOT / "components").iterdir()) if path.is_dir()]


@pytest.mark.parametrize("tag", TAGS)
def test_markup_is_the_accepted_one(renderer: Renderer, catalog: Catalog, tag: str) -> None:
    """One element a line, so that a difference is a line."""
    rendered = "".join(
        f"<!-- {name} -->\n{renderer.fragment(tag, story.args, uid='u1', locale=story.locale)}\n".replace("><", ">\n<")
        for name, story in catalog[tag].stories.items()
    )
    path = GOLDEN / f"{tag}.html"
    if ACCEPT:
        path.parent.mkdir(exist_ok=True)
        path.write_text(rendered, "utf-8")
    assert rendered == path.read_text("utf-8"), "make golden accepts it"


def test_no_golden_is_left_behind() -> None:
    assert {path.name.split(".")[0] for path in GOLDEN.iterdir()} == set(TAGS)
