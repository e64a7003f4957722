"""Figures that need no counting of their own: the growth of metrics, which are counted already.

So an answer out of memory, a call, a look into a cache costs nothing more than its counter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.figures.names import (
    HOST_CALLS,
    HOST_FAILED,
    JOBS_DEAD,
    LEVELS,
    REMEMBERED,
    arm_points,
    arm_said,
    core_calls,
    core_failed,
    core_records,
    feature,
    looks,
)
from app.figures.stored import Figure
from app.node import Row

MEASURED = frozenset(
    {"remembered", "cache", "core_calls", "core_records", "host_calls", "features", "jobs", "arm_answers", "arm_points"}
)


def measured(growth: Mapping[Row, int]) -> Iterator[Figure]:
    """What counters grew by, as figures. Labels stand in the order of the metrics' table."""
    for (name, *labels), n in growth.items():
        for connection, component, figure in _figures(name, labels):
            yield Figure(connection, component, figure, n)


def _figures(name: str, labels: list[str]) -> Iterator[tuple[str, str, str]]:
    if name == "remembered":
        yield labels[0], labels[1], REMEMBERED
    elif name == "cache" and labels[0] in LEVELS:
        yield "", "", looks(*labels)
    elif name == "core_calls":
        yield "", "", core_calls(labels[0])
        if labels[1] != "2xx":
            yield "", "", core_failed(labels[0])
    elif name == "core_records":
        yield "", "", core_records(labels[0])
    elif name == "arm_answers":
        yield "", "", arm_said(*labels)
    elif name == "arm_points":
        yield "", "", arm_points(*labels)
    elif name == "host_calls":
        yield labels[1], "", HOST_CALLS
        if labels[2] != "ok":
            yield labels[1], "", HOST_FAILED
    elif name == "features":
        yield labels[0], "", feature(labels[1], labels[2])
    elif name == "jobs" and labels[1] == "dead" and labels[0] != "alert":
        yield "", "", JOBS_DEAD  # of an alert that nobody took, nobody would take another
