"""The month in parts: by connection, by component, by what is called, by field, by band. Rows of tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from limits import RateLimitItem

from app.config import ConnectionSettings, CoreSettings
from app.figures.names import (
    ANSWERS,
    CONVERTED,
    HOST_CALLS,
    HOST_FAILED,
    NOT_CONVERTED,
    ROAD,
    VIEWS_SHOWN,
    answered,
    became,
    core_calls,
    core_failed,
    core_records,
    feature,
)
from app.figures.reads import active_of_each, busiest, first_after, split
from app.figures.satisfied import NAMES, Satisfied
from app.figures.stored import DAY_S, Point, StoredFigures
from app.figures.summary import DAYS, SHARES, WEEK, Summary, quantiles, share

BANDS = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Line:
    """A connection or a component, in one row."""

    name: str
    views: int
    failed: float | None
    fresh: float | None
    p95: float | None  # seconds
    viewers_week: int
    entitled: int  # 0: unsaid
    satisfied: Satisfied


@dataclass(frozen=True, slots=True)
class Calls:
    """Something outside that is asked, and how fast it may be. `minute` is the busiest hour of a day, per minute."""

    name: str
    kind: Literal["core", "host"]
    calls: int
    failed: float | None
    minute: float  # of records, where a core is asked
    limit: float | None  # a minute; of background work


@dataclass(frozen=True, slots=True)
class Filled:
    """A feature, and how many of the records that were scored had it."""

    name: str
    filled: int
    missing: float | None


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of records that had been shown with this band, as far as the host told."""

    band: str
    converted: int
    rate: float | None
    told: int


def lines(
    stored: StoredFigures,
    by: Literal["connection", "component"],
    known: Mapping[str, ConnectionSettings],
    now: float,
    within: str = "",
) -> list[Line]:
    """The most looked at first. Viewers are counted by connection only."""
    first = int(now // DAY_S) - DAYS + 1
    found = split(stored.database, by, (VIEWS_SHOWN, ROAD, *ANSWERS, *NAMES), first * DAY_S, within=within)
    viewers = active_of_each(stored.database, first + DAYS - WEEK, WEEK) if by == "connection" else {}
    rows = [
        _line(name, found.get(name, {}), viewers.get(name, 0), known[name].entitled if name in known else 0)
        for name in (known if by == "connection" else found)
    ]
    return sorted(rows, key=lambda row: (-row.views, row.name))


def calls(
    stored: StoredFigures,
    whole: Summary,
    cores: Collection[CoreSettings],
    connections: Mapping[str, ConnectionSettings],
    now: float,
) -> list[Calls]:
    """Cores, and hosts by their connection; `whole` is the summary of everything, or of the one connection."""
    names = [HOST_CALLS, *(core_records(core.name) for core in cores)]
    most = busiest(stored.database, names, now - DAY_S)
    since = (int(now // DAY_S) - DAYS + 1) * DAY_S
    hosts = split(stored.database, "connection", (HOST_CALLS, HOST_FAILED), since)
    rows = [
        Calls(
            core.name, "core", whole.total(core_calls(core.name)),
            share(whole.total(core_failed(core.name)), whole.total(core_calls(core.name))),
            most.get(("", core_records(core.name)), 0) / 60, _minute(core.limit_records),
        )
        for core in cores
    ]  # fmt: skip
    for name, settings in connections.items():
        asked, failed = _count(hosts.get(name, {}), HOST_CALLS), _count(hosts.get(name, {}), HOST_FAILED)
        if asked or settings.limit_calls is not None:
            rate = most.get((name, HOST_CALLS), 0) / 60
            rows.append(Calls(name, "host", asked, share(failed, asked), rate, _minute(settings.limit_calls)))
    return rows


def filled(whole: Summary, features: Sequence[str]) -> list[Filled]:
    """Those that are missing most come first; what was never asked for is left out."""
    rows = []
    for name in features:
        there, missing = whole.total(feature(name, "filled")), whole.total(feature(name, "missing"))
        if there + missing:
            rows.append(Filled(name, there, share(missing, there + missing)))
    return sorted(rows, key=lambda row: (-(row.missing or 0.0), row.name))


def conversions(whole: Summary) -> list[Conversion]:
    """By band; empty where no host told anything."""
    rows = []
    for band in BANDS:
        yes, no = whole.total(became(band, CONVERTED)), whole.total(became(band, NOT_CONVERTED))
        rows.append(Conversion(band, yes, share(yes, yes + no), yes + no))
    return rows if any(row.told for row in rows) else []


def wanted(cores: Collection[CoreSettings], features: Collection[str]) -> list[str]:
    """The names that these tables read off a summary."""
    names = [made(core.name) for core in cores for made in (core_calls, core_failed, core_records)]
    names += [feature(name, outcome) for name in features for outcome in ("filled", "missing")]
    return names + [became(band, outcome) for band in BANDS for outcome in (CONVERTED, NOT_CONVERTED)]


def first_view(stored: StoredFigures, connection: str, began: float, now: float) -> float | None:
    """How many seconds after a roll-out began somebody saw a score, at most; None where nobody did yet."""
    span = first_after(stored.database, VIEWS_SHOWN, connection, began, now)
    return None if span is None else span[1] - began


def _line(name: str, points: Mapping[str, Point], viewers: int, entitled: int) -> Line:
    answers = {state: _count(points, answered(state)) for state in ("ready", "stale", "unavailable")}
    return Line(
        name=name,
        views=_count(points, VIEWS_SHOWN),
        failed=share(answers["unavailable"], sum(_count(points, each) for each in ANSWERS)),
        fresh=share(answers["ready"], answers["ready"] + answers["stale"]),
        p95=quantiles([points[ROAD]])[SHARES.index(0.95)] if ROAD in points else None,
        viewers_week=viewers,
        entitled=entitled,
        satisfied=Satisfied.of(points),
    )


def _count(points: Mapping[str, Point], name: str) -> int:
    return points[name].count if name in points else 0


def _minute(rate: RateLimitItem | None) -> float | None:
    return rate.amount / rate.get_expiry() * 60 if rate is not None else None
