"""Where a host's admin mends what keeps a panel blank: read from the host's `mends.toml`, if it has one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def mends(host: str) -> Mapping[str, str]:
    """By the layer that fails (`app/health/diagnosis/reasons.py`), in the words of the host's own screens."""
    file = Path(__file__).parent / host / "mends.toml"
    found: dict[str, str] = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    return found
