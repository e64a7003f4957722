"""The contrast sheet: every pair of tokens that carries text or meaning, on our own surfaces and on every host's.

Ratios as WCAG 2.2 computes them (1.4.3 and 1.4.11); they are not rounded up: 4.499 fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from app.preview.book import Edition
from app.preview.looks import Look

TEXT, MEANING = 4.5, 3.0
_TOKEN = re.compile(r"--inlay-([\w-]+):light-dark\((#\w+),(#\w+)\)")
_BANDS = ("high", "medium", "low")
PAIRS: tuple[tuple[str, str], ...] = (
    ("text", "surface"), ("text", "sunken"), ("muted", "surface"), ("muted", "sunken"),
    ("accent", "surface"), ("accent", "sunken"),
    *((band, f"{band}-tint") for band in _BANDS), *((band, "surface") for band in _BANDS),
)  # fmt: skip
ON_HOST = ("text", "muted", "accent", *_BANDS)  # what a component without a ground of its own would draw there


def tokens(sheet: str) -> dict[str, tuple[str, str]]:
    """Every colour token of a small sheet: light, dark."""
    return {name: (light, dark) for name, light, dark in _TOKEN.findall(sheet)}


def luminance(colour: str) -> float:
    """The relative luminance of #rgb or #rrggbb, 0 to 1, as WCAG 2 has it."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=2)
def sheet(edition: Edition) -> dict[str, Any]:
    """Rows for our own pairs in both schemes, and for each host's look its grounds with our inks on them."""
    colours = tokens(edition.catalog.tokens_css)
    own = [
        {"ink": ink, "ground": ground, "schemes": [_cell(colours[ink][n], colours[ground][n]) for n in (0, 1)]}
        for ink, ground in PAIRS
        if ink in colours and ground in colours
    ]
    hosts = [
        {"host": host.title, "look": look.title, "key": f"{host.name}/{look.name}", "rows": list(_on(look, colours))}
        for host in edition.looks.values()
        for look in host.looks.values()
    ]
    return {"own": own, "hosts": hosts, "inks": ON_HOST}


def _on(look: Look, colours: Mapping[str, tuple[str, str]]) -> Iterator[dict[str, Any]]:
    scheme = 1 if look.scheme == "dark" else 0
    seen = set()
    for role in ("card", "page"):
        ground = look.colours[role]
        if ground.value in seen:
            continue
        seen.add(ground.value)
        cells = [_cell(colours[ink][scheme], ground.value) for ink in ON_HOST if ink in colours]
        yield {"role": role, "token": ground.token, "ground": ground.value, "cells": cells}


def _cell(ink: str, ground: str) -> dict[str, Any]:
    value = ratio(ink, ground)
    return {
        "ink": ink,
        "ground": ground,
        "ratio": int(value * 100) / 100,
        "text": value >= TEXT,
        "mark": value >= MEANING,
    }
