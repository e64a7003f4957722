"""When something happens again: after so long, or each day at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.config.kinds import DURATION, Kind, RefusedValueError

_DAY_S = 86_400.0
_LEAST_S = 60.0
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every so many seconds; with `at_s`, each day so many seconds after midnight UTC."""

    every_s: float
    at_s: float | None = None

    def after(self, now: float) -> float:
        """The next time after `now`, both in seconds since the epoch."""
        if self.at_s is None:
            return now + self.every_s
        today = now - now % _DAY_S + self.at_s
        return today if today > now else today + _DAY_S


def _schedule(raw: Any, folder: Path) -> Schedule:
    time = _TIME.fullmatch(raw) if isinstance(raw, str) else None
    if time is not None:
        return Schedule(_DAY_S, int(time[1]) * 3600.0 + int(time[2]) * 60.0)
    try:
        every_s = DURATION.read(raw, folder)
    except RefusedValueError:
        raise RefusedValueError(
            f"{raw!r} is no schedule.", 'Write how often: "6h", or when, in UTC: "03:00".'
        ) from None
    if every_s < _LEAST_S:
        raise RefusedValueError(f"{raw!r} is more often than once a minute.", 'Write "1m" or more.')
    return Schedule(every_s)


SCHEDULE = Kind("03:00", _schedule)
