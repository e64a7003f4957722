"""Pages of ours that a host opens by their address, with a panel in them: a host's form lists its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from app.hosts._package import MANIFESTS

# The other side of our bridge: what speaks to the panel, and what shows it and says what went wrong.
AROUND = (MANIFESTS / "loader/frame.js", MANIFESTS / "loader/around.js")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HostPage:
    """A page that holds nothing but scripts: ours, and the vendor's library that knows the host."""

    title: str
    scripts: tuple[Path, ...]  # in order; the page holds them, since nothing else needs them
    library: Mapping[str, str] = field(default_factory=dict)  # the attributes of the vendor's script element
    early: bool = False  # whether the library comes before our scripts; else ours fetch it if they need it
    sources: tuple[str, ...] = ()  # where the library loads its parts from
    asks: tuple[str, ...] = ()  # what it asks by itself
    posted: str = ""  # the form field of the proof that the host posts when it opens the page; empty: it only opens it


@cache
def source(page: HostPage) -> str:
    """The page's own script, whole."""
    return "\n".join(path.read_text("utf-8") for path in page.scripts)


def served(host: str, name: str) -> Path:
    """The script of a page, beside what the host's admin installs."""
    return MANIFESTS / host / "pages" / name
