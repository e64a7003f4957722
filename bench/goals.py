"""The goals beside what was measured: each is a number of the results and a limit that somebody set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.rows import BADGE, THROUGH
from bench.server import CONNECTIONS

BADGE_LIMIT, THROUGH_LIMIT = 0.3, 1.15  # x the CPU of a bare Flask constant
_MORE, _LESS, _SAME = "≥", "≤", "="


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit, and what was measured."""

    sentence: str
    measured: float
    limit: float
    sign: str = _LESS

    @property
    def met(self) -> bool:
        return {
            _LESS: self.measured <= self.limit,
            _MORE: self.measured >= self.limit,
            _SAME: self.measured == self.limit,
        }[self.sign]


def goals(result: Mapping[str, Any]) -> list[Goal]:
    """All goals whose half of the benchmark was run."""
    found: list[Goal] = []
    if result["start"]:
        found += _of_start(result["start"])
    if result["server"]:
        found += _of_server({(row["row"], row["connections"]): row for row in result["server"]})
    if result["crowd"]:
        found += _of_crowd(result["crowd"])
    if result["browser"]:
        found += _of_browser({row["row"]: row for row in result["browser"]})
    return [*found, *_of_wire({row["row"]: row["body_bytes"] for row in result["wire"]})]


def _of_start(found: Mapping[str, Any]) -> Iterator[Goal]:
    yield Goal("from the start until it is ready, s", found["ready_s"], 1)
    yield Goal("idle memory of a process, PSS, MB", found["most_pss"], 90)


def _of_server(rows: Mapping[tuple[str, int], Mapping[str, Any]]) -> Iterator[Goal]:
    ratio = rows[THROUGH, CONNECTIONS]["x_flask_constant"]
    yield Goal("cached badge through Flask, with everything on, x CPU of a bare Flask constant", ratio, THROUGH_LIMIT)
    ratio = rows[BADGE, CONNECTIONS]["x_flask_constant"]
    yield Goal("hot badge, with everything on, x CPU of a bare Flask constant", ratio, BADGE_LIMIT)
    yield Goal("batch of 200, p50 ms", rows["batch of 200", 1]["p50_ms"], 6)
    yield Goal(f"the same at {CONNECTIONS} connections", rows["batch of 200", CONNECTIONS]["p50_ms"], 6)
    yield Goal("hot badge at 64 connections, p95 ms", rows[BADGE, 64]["p95_ms"], 5)


def _of_crowd(found: Mapping[str, Any]) -> Iterator[Goal]:
    misses, memory = found["misses"], found["memory"]
    yield Goal("cached badges beside four one-second misses, x rate alone", misses["rate_x_alone"], 0.8, _MORE)
    yield Goal("the same, x p95 alone", misses["p95_x_alone"], 2)
    # the first client is a viewer's; what the second one takes is a figure without a goal
    ratio = next(row for row in found["viewers"] if row["server"] == "inlay").get("x_nginx")
    if ratio is not None:
        yield Goal("50 viewers at once, p95, x nginx with the same bytes", ratio, 2)
    yield Goal(f"memory grown by the last five sixths of {memory['requests']:,} requests, MB", memory["grown"], 2)


def _of_browser(rows: Mapping[str, Mapping[str, Any]]) -> Iterator[Goal]:
    for state in ("cold", "warm"):
        yield Goal(f"iframe, {state}, x static iframe", rows["iframe"][f"{state}_x_static"], 1.25)
        posted = round(rows["iframe"][f"{state}_ms"] / rows["posted"][f"{state}_ms"], 3)
        yield Goal(f"the same, x posted static iframe, {state}", posted, 1.25)
        yield Goal(f"element, {state}, x static iframe", rows["element"][f"{state}_x_static"], 1)
        many = round(rows["twentyfive"][f"{state}_ms"] / rows["element"][f"{state}_ms"], 3)
        yield Goal(f"25 badges, {state}, x one", many, 1.3)
    yield Goal("requests of a page of 50 badges, cold", rows["fifty"]["cold_requests"], 3, _SAME)


def _of_wire(sizes: Mapping[str, int]) -> Iterator[Goal]:
    element = sizes["inlay.js (loader)"] + sizes["/session, 1 badge"]
    yield Goal("loader, gzipped bytes", sizes["inlay.js (loader)"], 3072)
    yield Goal("badge document, gzipped bytes (design)", sizes["badge document (launch)"], 1024)
    yield Goal("frame.js, gzipped bytes (design)", sizes["frame.js"], 2048)
    yield Goal("first element badge with its loader, gzipped bytes (design)", element, 4096)
