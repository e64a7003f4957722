"""A month at a glance: what the dashboard shows, read off the stored figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.figures.names import (
    AGE,
    ANSWERS,
    HOST_CALLS,
    HOST_FAILED,
    JOBS_DEAD,
    LAUNCHES,
    LOOKS,
    REFUSED,
    REMEMBERED,
    REVIEWS,
    ROAD,
    THUMBS,
    VIEWS_SHOWN,
    answered,
    looks,
    reviewed,
)
from app.figures.reads import active_each, up_each
from app.figures.sketch import Sketch
from app.figures.stored import DAY_S, Point, StoredFigures

DAYS, WEEK, WEEKS = 30, 7, 4
SHARES = (0.5, 0.95, 0.99)
COUNTS = (VIEWS_SHOWN, LAUNCHES, REFUSED, REMEMBERED, *ANSWERS, *REVIEWS, *THUMBS, HOST_CALLS, HOST_FAILED, JOBS_DEAD)


def share(part: int, whole: int) -> float | None:
    """A part of the whole, 0 to 1; None where there is no whole."""
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Day:
    """A day, which began at `at` (UTC). Seconds are None where there were none."""

    at: float
    counts: Mapping[str, int]  # by the names in `app/figures/names.py`
    seconds: tuple[float | None, ...]  # of SHARES: how long answers took that were not in memory
    viewers: int
    up: float | None  # share of its minutes; of the whole deployment

    @property
    def failed(self) -> float | None:
        """The share of answers that had nothing to show. Those out of memory are repeated, and count once."""
        return share(self.counts[answered("unavailable")], sum(self.counts[name] for name in ANSWERS))

    @property
    def fresh(self) -> float | None:
        """The share of shown scores that were not stale."""
        ready = self.counts[answered("ready")]
        return share(ready, ready + self.counts[answered("stale")])


@dataclass(frozen=True, slots=True)
class Summary:
    """Of a connection, of a component, or of all. `uptime` is of 7 and of 30 days, of the whole deployment."""

    days: tuple[Day, ...]  # the oldest first; today last
    whole: Day  # all of them together; its viewers are those of today
    uptime: tuple[float | None, float | None]
    weeks: tuple[int, ...]  # viewers of each of four weeks, the oldest first; the last ends today
    ages: tuple[float | None, ...]  # of SHARES: how old shown scores were, in seconds

    def total(self, *names: str) -> int:
        """How often these were counted, in all."""
        return sum(self.whole.counts.get(name, 0) for name in names)

    @property
    def viewers_week(self) -> int:
        """How many different viewers looked in the last seven days."""
        return self.weeks[-1]

    @property
    def remembered(self) -> float | None:
        """The share of all answers that were in memory whole."""
        return share(self.total(REMEMBERED), self.total(REMEMBERED, *ANSWERS))

    @property
    def overridden(self) -> float | None:
        """The share of verdicts that said otherwise."""
        return share(self.total(reviewed("overridden")), self.total(*REVIEWS))

    def hits(self, level: str) -> float | None:
        """How often a level of the cache of scores knew."""
        return share(self.total(looks(level, "hit")), self.total(looks(level, "hit"), looks(level, "miss")))


def summary(
    stored: StoredFigures, connection: str, now: float, component: str = "", more: Collection[str] = ()
) -> Summary:
    """The last thirty days; `more` names further counts that are wanted. Raises StoreUnavailable."""
    today = int(now // DAY_S)
    first = today - DAYS + 1
    counts = (*COUNTS, *LOOKS, *more)
    series = stored.series("1d", (*counts, ROAD, AGE), first * DAY_S, connection, component)
    viewers = active_each(stored.database, connection, first, DAYS, 1)
    up = up_each(stored.database, first, DAYS, now)
    days = []
    for number in range(DAYS):
        at = (first + number) * DAY_S
        ours = {name: [point for point in points if point.at == at] for name, points in series.items()}
        days.append(_day(at, ours, viewers[number], up[number]))
    return Summary(
        days=tuple(days),
        whole=_day(first * DAY_S, series, viewers[-1], None),
        uptime=(_uptime(stored, now, WEEK), _uptime(stored, now, DAYS)),
        weeks=tuple(active_each(stored.database, connection, today - WEEK * WEEKS + 1, WEEK * WEEKS, WEEK)),
        ages=quantiles(series[AGE]),
    )


def quantiles(points: Collection[Point]) -> tuple[float | None, ...]:
    """Of SHARES, over all points together."""
    whole = Sketch()
    for point in points:
        whole.merge(point.sketch or Sketch())
    return tuple(whole.quantile(each) for each in SHARES)


def _day(at: float, series: Mapping[str, Collection[Point]], viewers: int, up: float | None) -> Day:
    counts = {name: sum(point.count for point in points) for name, points in series.items()}
    return Day(at, counts, quantiles(series[ROAD]), viewers, up)


def _uptime(stored: StoredFigures, now: float, days: int) -> float | None:
    up, of = stored.minutes_up(now - days * DAY_S, now)
    return up / of if of else None
