"""A new component is whole at once: it loads, shows all states, breaks no rule, and is never written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import ConfigError
from app.preview.book import Book
from app.preview.lint import remarks
from app.preview.new import write_component
from app.web.catalog import REQUIRED_STORIES


def test_a_new_component_is_in_the_book_at_once(folder: Path) -> None:
    edition = Book(components=folder).current()
    assert not edition.problems
    component = edition.catalog["deal-card"]
    assert set(component.stories) == set(REQUIRED_STORIES)
    for story in component.stories.values():
        html = edition.renderer.fragment("deal-card", story.args, uid="u1", locale=story.locale)
        assert f'data-state="{story.args["state"]}"' in html
        assert "<img" not in html
    assert list(remarks(folder / "deal-card")) == []


def test_what_is_there_is_never_touched(folder: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be made"):
        write_component(folder, "deal-card")


@pytest.mark.parametrize("name", ["deal", "Deal-Card", "../deal-card", "deal-card/x"])
def test_a_name_that_is_no_elements_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="no element's name"):
        write_component(folder, name)
