"""A month at a glance: what the dashboard shows, read off the stored figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.figures.names import ANSWERS, LAUNCHES, REFUSED, ROAD, VIEWS_SHOWN, answered
from app.figures.sketch import Sketch
from app.figures.stored import DAY_S, Point, StoredFigures

DAYS, WEEK = 30, 7
SHARES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, which began at `at` (UTC). Seconds are None where there were none."""

    at: float
    views: int
    launches: int
    refused: int
    answers: dict[str, int]  # by their state
    seconds: tuple[float | None, ...]  # of SHARES: how long answers took that were not in memory


@dataclass(frozen=True, slots=True)
class Summary:
    """Of a connection, or of all. `uptime` is the share of minutes in which anybody was ready, of 7 and 30 days."""

    days: tuple[Day, ...]  # the oldest first; today last
    uptime: tuple[float | None, float | None]
    viewers_today: int
    viewers_week: int
    seconds: tuple[float | None, ...]

    def total(self, name: str) -> int:
        return sum(getattr(day, name) for day in self.days)

    def answers(self, *states: str) -> int:
        return sum(day.answers.get(answered(state), 0) for day in self.days for state in states)

    @property
    def failed(self) -> float | None:
        """The share of answers that had nothing to show."""
        answers = sum(sum(day.answers.values()) for day in self.days)
        return self.answers("unavailable") / answers if answers else None

    @property
    def fresh(self) -> float | None:
        """The share of shown scores that were not stale."""
        shown = self.answers("ready", "stale")
        return self.answers("ready") / shown if shown else None


def summary(stored: StoredFigures, connection: str, now: float) -> Summary:
    """Raises StoreUnavailable."""
    today = int(now // DAY_S)
    first = today - DAYS + 1
    names = (VIEWS_SHOWN, LAUNCHES, REFUSED, ROAD, *ANSWERS)
    series = stored.series("1d", names, first * DAY_S, connection)
    by_day = {name: {int(point.at // DAY_S): point for point in points} for name, points in series.items()}
    whole = Sketch()
    for point in series[ROAD]:
        whole.merge(point.sketch or Sketch())
    return Summary(
        days=tuple(_day(by_day, day) for day in range(first, today + 1)),
        uptime=(_uptime(stored, now, WEEK), _uptime(stored, now, DAYS)),
        viewers_today=stored.active(connection, today, 1),
        viewers_week=stored.active(connection, today - WEEK + 1, WEEK),
        seconds=_quantiles(whole),
    )


def _day(by_day: dict[str, dict[int, Point]], day: int) -> Day:
    def count(name: str) -> int:
        point = by_day[name].get(day)
        return point.count if point else 0

    road = by_day[ROAD].get(day)
    return Day(
        at=day * DAY_S,
        views=count(VIEWS_SHOWN),
        launches=count(LAUNCHES),
        refused=count(REFUSED),
        answers={name: count(name) for name in ANSWERS},
        seconds=_quantiles(road.sketch if road and road.sketch else Sketch()),
    )


def _quantiles(sketch: Sketch) -> tuple[float | None, ...]:
    return tuple(sketch.quantile(share) for share in SHARES)


def _uptime(stored: StoredFigures, now: float, days: int) -> float | None:
    up, of = stored.minutes_up(now - days * DAY_S, now)
    return up / of if of else None


def plotted(values: Sequence[float | None], width: float, height: float) -> list[tuple[float, float]]:
    """Where the values lie in a plot of this size, zero at its foot; None is left out."""
    top = max((value for value in values if value is not None), default=0.0) or 1.0
    step = width / max(len(values) - 1, 1)
    return [
        (round(n * step, 1), round(height - value / top * height, 1))
        for n, value in enumerate(values)
        if value is not None
    ]
