"""The hosts' looks: what stands around a panel, in the hosts' own colours; a `preview.toml` in each host's folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.errors import ConfigError, Problem

ROLES = ("bar", "bar-ink", "page", "card", "ink", "quiet", "line", "accent")
SHAPES = ("record", "site", "sections", "tab", "pane", "form", "plain")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_TOP = {"title", "shape", "order", "look", "embed"}
_LOOK = {"name", "title", "scheme", "width", "radius", "font", "shape", *ROLES}


@dataclass(frozen=True, slots=True)
class Colour:
    """A value, and what the host calls it."""

    value: str
    token: str


@dataclass(frozen=True, slots=True)
class Look:
    """One theme or section of a host: its colours by role, and how wide a panel is there, in CSS pixels."""

    name: str
    title: str
    scheme: str  # light | dark
    width: int
    radius: str
    font: str
    shape: str  # the page that is drawn around a panel
    colours: Mapping[str, Colour]

    @property
    def style(self) -> str:
        """Its values as custom properties of a page."""
        rows = "".join(f"--{role}:{colour.value};" for role, colour in self.colours.items())
        return (
            f":root{{color-scheme:{self.scheme};{rows}--radius:{self.radius};--face:{self.font};--wide:{self.width}px}}"
        )


@dataclass(frozen=True, slots=True)
class Embed:
    """A way to embed a panel there: code with `{tag}`, `{record}`, `{url}` and `{args}` in it."""

    title: str
    language: str
    code: str

    def filled(self, **values: str) -> str:
        """The code for one component; braces of the code itself stay."""
        return re.sub(r"\{(tag|record|url|camel)\}", lambda found: values[found[1]], self.code).strip()


@dataclass(frozen=True, slots=True)
class HostLooks:
    """A host as designers see it."""

    name: str
    title: str
    order: int
    looks: Mapping[str, Look]
    embeds: tuple[Embed, ...]


def read_looks(folder: Path) -> Mapping[str, HostLooks]:
    """Every `<host>/preview.toml` of a folder, in the order that they ask for. Raises ConfigError."""
    problems: list[Problem] = []
    found = []
    for path in sorted(folder.glob("*/preview.toml")):
        try:
            found.append(_host(path.parent.name, tomllib.loads(path.read_text("utf-8"))))
        except (ValueError, KeyError, TypeError) as error:
            where = f"{path.parent.name}/{path.name}"
            problems.append(Problem(where, f"is no host's look: {error}.", "See another host's for the form."))
    if problems:
        raise ConfigError(problems)
    return MappingProxyType({host.name: host for host in sorted(found, key=lambda host: (host.order, host.name))})


def _host(name: str, document: Mapping[str, Any]) -> HostLooks:
    if wrong := sorted(set(document) - _TOP):
        raise ValueError(f"unknown key {wrong[0]}")
    looks = [_look({"shape": document["shape"]} | row) for row in document["look"]]
    embeds = tuple(Embed(row["title"], row["language"], row["code"]) for row in document.get("embed", ()))
    by_name = {look.name: look for look in looks}
    return HostLooks(name, document["title"], document["order"], by_name, embeds)


def _look(row: Mapping[str, Any]) -> Look:
    if wrong := sorted(set(row) ^ _LOOK):
        raise ValueError(f"look {row.get('name')}: look at {', '.join(wrong)}")
    colours = {role: Colour(*row[role]) for role in ROLES}
    for role, colour in colours.items():
        if not _COLOUR.fullmatch(colour.value):
            raise ValueError(f"look {row['name']}: {role} is a colour of six small hexadecimal digits")
    if row["scheme"] not in ("light", "dark") or not isinstance(row["width"], int):
        raise ValueError(f"look {row['name']}: scheme is light or dark, width a whole number")
    if row["shape"] not in SHAPES:
        raise ValueError(f"look {row['name']}: shape is one of {', '.join(SHAPES)}")
    plain = {name: row[name] for name in _LOOK - set(ROLES)}
    return Look(**plain, colours=colours)
