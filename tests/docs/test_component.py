"""docs/adding-a-component.md, followed: what the command writes, shown with the view of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.launch import Record, Viewer
from app.preview.new import write_component
from app.web.args import Arg, SchemaError
from app.web.catalog import REQUIRED_STORIES, Catalog
from tests.docs.pages import ROOT, page
from tests.views.cast import NOW, READY

TYPES = ("int", "number", "bool", "text", "enum", "datetime", "list", "object")
PAGE = page("docs/adding-a-component.md")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    write_component(tmp_path, "deal-card")
    return Catalog.load(tmp_path, ROOT / "static/tokens.css")


def test_its_view_gives_what_the_component_takes(catalog: Catalog) -> None:
    view: dict[str, Any] = {}
    [code] = PAGE.blocks("python")
    exec(code.text, view)
    params = view["params"](
        READY, record=Record("Deal", "7"), viewer=Viewer("u1"), now=NOW, opens=False, title="Chance"
    )
    assert catalog["deal-card"].check(params)["state"] == "ready"
    assert {*params} == {*catalog["deal-card"].args}
    assert (view["ANSWERS"], view["HISTORY"]) == ("score", False)


def test_its_stories_are_those_that_there_must_be() -> None:
    text = PAGE.path.read_text("utf-8").replace("\n", " ")
    named = text.partition("The stories *")[2].partition("* must be there")[0].replace("* and *", ", ")
    assert sorted(named.split(", ")) == sorted(REQUIRED_STORIES)


def test_its_types_are_those_that_there_are() -> None:
    types = {each.text for each in PAGE.words()} & {*TYPES}
    with pytest.raises(SchemaError, match="needs a type, one of " + ", ".join(TYPES)):
        Arg.read("x", {"type": "colour"})
    assert types == {*TYPES}
