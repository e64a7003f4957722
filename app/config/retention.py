"""How long the audit keeps what: for each family of events a law, by its name, or a time of one's own.

    [connections.crm.retention]
    decision = "sox"       # 7 years: 18 U.S.C. 1520, 17 CFR 210.2-06
    access = "hipaa"       # 6 years: 45 CFR 164.316(b)(2)
    failure = "90d"

A family that is not named is kept for ever. Years are of 366 days: rather a day too long than one too short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.config.kinds import DURATION, Kind, RefusedValueError, expect

FAMILIES = ("access", "admin", "decision", "event", "failure", "review")  # of the audit's vocabulary
_DAY_S = 86_400.0
LAWS: Mapping[str, float] = {"sox": 7 * 366 * _DAY_S, "hipaa": 6 * 366 * _DAY_S}
_EXAMPLE = {"decision": "sox", "access": "hipaa", "failure": "90d"}


@dataclass(frozen=True, slots=True)
class Retention:
    """What was written longer ago than `seconds` may go; `rule` is as the configuration says it."""

    rule: str
    seconds: float


def _retention(raw: Any, folder: Path) -> Mapping[str, Retention]:
    expect(raw, dict, "a table", _EXAMPLE)
    unknown = sorted(set(raw) - set(FAMILIES))
    if unknown:
        mend = f"Name some of {', '.join(FAMILIES)}."
        raise RefusedValueError(f"there is no family {unknown[0]!r} of events.", mend)
    return MappingProxyType({family: _rule(family, each, folder) for family, each in raw.items()})


def _rule(family: str, raw: Any, folder: Path) -> Retention:
    if raw in LAWS:
        return Retention(raw, LAWS[raw])
    try:
        seconds = DURATION.read(raw, folder)
    except RefusedValueError:
        mend = f'Write {" or ".join(map(repr, LAWS))}, or a time: "400d".'
        raise RefusedValueError(f"{family}: {raw!r} is no retention.", mend) from None
    if seconds < _DAY_S:
        raise RefusedValueError(f"{family}: {raw!r} is less than a day.", 'Write "1d" or more.')
    return Retention(raw, seconds)


RETENTION = Kind(_EXAMPLE, _retention)
