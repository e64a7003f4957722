"""What the rules look at, read off the stored figures: the whole deployment, and each connection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from app.figures.names import ANSWERS, JOBS_DEAD, ROAD, answered
from app.figures.reads import split
from app.figures.stored import GRAINS, Point, StoredFigures
from app.health.alerts.rules import RULES, Rule

SPAN = "5m"


@dataclass(frozen=True, slots=True)
class Measured:
    """A rule's value for a connection, or ("") for the whole deployment."""

    rule: Rule
    connection: str
    value: float | None
    counted: int

    @property
    def broken(self) -> bool:
        """Whether the rule is broken by this."""
        return self.rule.broken(self.value, self.counted)


Points = Mapping[str, Point]


def measured(stored: StoredFigures, connections: Collection[str], now: float, seal_overdue_s: float) -> list[Measured]:
    """Every rule of everything that it is looked at for. Raises StoreUnavailable."""
    found: list[Measured] = []
    for rule in RULES:
        since = now - rule.window_s
        if rule.name == "uptime":
            up, of = stored.minutes_up(since, now)
            found.append(Measured(rule, "", up / of if of else None, of))
        elif rule.name == "unsealed":
            found.append(Measured(rule, "", seal_overdue_s, 1))
        elif not rule.each:
            dead = stored.series(SPAN, [JOBS_DEAD], _begin(since))[JOBS_DEAD]
            n = sum(point.count for point in dead)
            found.append(Measured(rule, "", float(n), n))
        else:
            points = split(stored.database, "connection", (ROAD, *ANSWERS), _begin(since), grain=SPAN)
            found += [Measured(rule, name, *_OF[rule.name](points.get(name, {}))) for name in connections]
    return found


def _begin(since: float) -> float:
    span = GRAINS[SPAN]
    return since // span * span


def _latency(points: Points) -> tuple[float | None, int]:
    road = points.get(ROAD)
    return (road.sketch.quantile(0.95), road.count) if road and road.sketch else (None, 0)


def _errors(points: Points) -> tuple[float | None, int]:
    failed, answers = _count(points, answered("unavailable")), _count(points, *ANSWERS)
    return (failed / answers if answers else None), failed


def _freshness(points: Points) -> tuple[float | None, int]:
    stale, shown = _count(points, answered("stale")), _count(points, answered("stale"), answered("ready"))
    return (stale / shown if shown else None), shown


def _count(points: Points, *names: str) -> int:
    return sum(points[name].count for name in names if name in points)


_OF: Mapping[str, Callable[[Points], tuple[float | None, int]]] = {
    "latency": _latency,
    "errors": _errors,
    "freshness": _freshness,
}
