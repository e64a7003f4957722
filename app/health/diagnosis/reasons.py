"""What a refusal's reason means to an admin: read from `reasons.toml`, once."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Layer(StrEnum):
    """From the switch to the number, in the order in which a panel needs them."""

    SWITCH = "switched on"
    ADDRESS = "address"
    FRAMING = "framing"
    KEY = "key"
    AUDIENCE = "audience"
    CLOCK = "clock"
    ORIGIN = "origin"
    LAUNCH = "launch"
    SIGN_IN = "sign-in"
    PERMISSION = "permission"
    HOST = "host's API"
    CORE = "core"
    VIEW = "view"


class Meaning(NamedTuple):
    """A layer, what happened there, and its mend, for an admin."""

    layer: Layer
    what: str
    mend: str


@cache
def meanings() -> tuple[dict[str, Meaning], dict[str, Meaning]]:
    """By reason, and by event for reasons that are not listed."""
    tables = tomllib.loads((Path(__file__).with_name("reasons.toml")).read_text("utf-8"))
    by_reason, by_event = (
        {name: Meaning(Layer(each["layer"]), each["what"], each["mend"]) for name, each in tables[family].items()}
        for family in ("reasons", "events")
    )
    return by_reason, by_event


def meaning(event: str, reason: str) -> Meaning:
    """What it means; a reason may end in a detail after a colon."""
    by_reason, by_event = meanings()
    return by_reason.get(reason.partition(":")[0]) or by_event[event]
