"""The house as it lies on the disk: components, pages and texts; and whether a configuration asks for what there is."""

from __future__ import annotations

import functools
from pathlib import Path

from app.config import Settings
from app.errors import ConfigError, Problem
from app.web.catalog import Catalog
from app.web.compiled import Kept
from app.web.render import Renderer
from app.web.texts import Texts

HOUSE = Path(__file__).resolve().parent.parent


@functools.cache  # a revision of the configuration builds the application anew in the same house
def read_house() -> Renderer:
    """The components, pages and texts, read and compiled once in a process: nothing in it changes after that."""
    kept = Kept()
    catalog = Catalog.load(HOUSE / "components", HOUSE / "static" / "tokens.css", kept.toml)
    return Renderer(HOUSE / "components", HOUSE / "templates", catalog=catalog, texts=Texts.load(), kept=kept)


def checked(settings: Settings, renderer: Renderer) -> Renderer:
    """A connection that lists what we do not have would fail its viewers, one launch after another.

    Raises ConfigError.
    """
    catalog = renderer.catalog
    unknown = [
        Problem(f"[connections.{each.name}]", f"component {tag!r} is not known.", f"Use {', '.join(catalog)}.")
        for each in settings.connections.values()
        for tag in each.components
        if tag not in catalog
    ]
    if unknown:
        raise ConfigError(unknown)
    return renderer
