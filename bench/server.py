"""Server rows: CPU time, rate and latency of each kind of request, in interleaved rounds."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench import load
from bench.processes import cpu_seconds, tree
from bench.rows import BASE, Row, rows
from bench.stack import Stack

CONNECTIONS = 16  # of the table; the rows that are asked everywhere also have:
OTHER_CONNECTIONS, OTHER_ROUNDS = (1, 64), 3


@dataclass(frozen=True, slots=True)
class Measured:
    cpu_us: float  # a request
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


Found = dict[tuple[str, int], list[Measured]]  # by row and connections


def measure(stack: Stack, rounds: int, seconds: float, say: Callable[[str], None]) -> Found:
    """Each row once a round, in another order each time; the first round only warms up."""
    trees = {name: tree(pid) for name, pid in stack.pid.items()}
    kinds = rows(stack, rounds)
    found: Found = {(row.name, _connections(row)): [] for row in kinds}
    order = random.Random(1)
    for number in range(rounds + 1):
        turns = [(row, _connections(row)) for row in kinds]
        if 0 < number <= OTHER_ROUNDS:
            turns += [(row, each) for row in kinds if row.everywhere for each in OTHER_CONNECTIONS]
        order.shuffle(turns)
        for row, connections in turns:
            one = _measured(stack, trees[row.server], row, connections, seconds if number else 0.5)
            if number:
                found.setdefault((row.name, connections), []).append(one)
        say(f"server: round {number} of {rounds}")
    return found


def summary(found: Found) -> list[dict[str, Any]]:
    """Medians over the rounds; the ratio is the median of the rounds' own ratios."""
    base = {connections: each for (name, connections), each in found.items() if name == BASE}
    return [
        {"row": name, "connections": connections}
        | _medians(measured)
        | _ratios(measured, base.get(connections) or base[CONNECTIONS])
        for (name, connections), measured in found.items()
    ]


def _connections(row: Row) -> int:
    return 1 if row.rare else CONNECTIONS


def _measured(stack: Stack, processes: list[int], row: Row, connections: int, seconds: float) -> Measured:
    bound = {"count": row.rare} if row.rare else {}
    before = cpu_seconds(processes)
    seen = load.run(stack.port[row.server], row.request, row.status, connections=connections, seconds=seconds, **bound)
    used = cpu_seconds(processes) - before
    return Measured(used / seen.requests * 1e6, seen.per_second, *(seen.percentile(each) for each in (50, 95, 99)))


def _medians(measured: Sequence[Measured]) -> dict[str, float]:
    def median(name: str, digits: int) -> float:
        return round(float(statistics.median(getattr(each, name) for each in measured)), digits)

    return {
        "cpu_us": median("cpu_us", 1),
        "requests_per_s": round(median("per_second", 0)),
        **{f"{each}_ms": median(f"{each}_ms", 2) for each in ("p50", "p95", "p99")},
    }


def _ratios(measured: Sequence[Measured], base: Sequence[Measured]) -> dict[str, Any]:
    ratios = [each.cpu_us / of.cpu_us for each, of in zip(measured, base, strict=False)]
    return {
        "x_flask_constant": round(statistics.median(ratios), 3),
        "ratio_range": [round(min(ratios), 3), round(max(ratios), 3)],
    }
