"""The table: what was measured, beside the goals, with a tick or a cross; none of it written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

_TICK, _CROSS = "✓", "✗"
_FORMS = {
    "inline": "number in the page (floor)",
    "static": "static iframe (baseline)",
    "posted": "static iframe, posted as a launch is",
    "iframe": "Inlay iframe",
    "element": "Inlay element",
    "fifty": "50 Inlay elements",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit that somebody set, and what was measured."""

    sentence: str
    measured: float
    limit: float
    exact: bool = False

    @property
    def met(self) -> bool:
        return self.measured == self.limit if self.exact else self.measured <= self.limit


def goals(result: Mapping[str, Any]) -> list[Goal]:
    """The goals of the first version, then those of the design that are already measured here."""
    server = {row["row"]: row for row in result["server"]}
    browser = {row["row"]: row for row in result["browser"]}
    wire = {row["row"]: row["body_bytes"] for row in result["wire"]}
    found = []
    if server:
        ratio = server["badge"]["x_flask_constant"]
        found.append(Goal("cached badge through Flask, x CPU of a bare Flask constant", ratio, 2.0))
        found.append(Goal("the same, the design's aim", ratio, 1.15))
    if browser:
        for state in ("cold", "warm"):
            found.append(Goal(f"iframe, {state}, x static iframe", browser["iframe"][f"{state}_x_static"], 1.25))
            found.append(Goal(f"the same, x posted static iframe, {state}", _x_posted(browser, state), 1.25))
            found.append(Goal(f"element, {state}, x static iframe", browser["element"][f"{state}_x_static"], 1.0))
        found.append(Goal("requests of a page of 50 badges, cold", browser["fifty"]["cold_requests"], 3, exact=True))
    element = wire["inlay.js (loader)"] + wire["/session, 1 badge"]
    found.append(Goal("loader, gzipped bytes", wire["inlay.js (loader)"], 3072))
    found.append(Goal("badge document, gzipped bytes (design)", wire["badge document (launch)"], 1024))
    found.append(Goal("frame.js, gzipped bytes (design)", wire["frame.js"], 2048))
    found.append(Goal("first element badge with its loader, gzipped bytes (design)", element, 4096))
    return found


def _x_posted(browser: Mapping[str, Mapping[str, Any]], state: str) -> float:
    """What is ours of the iframe's time: a host that posts pays for that itself, whoever answers."""
    return round(float(browser["iframe"][f"{state}_ms"] / browser["posted"][f"{state}_ms"]), 3)


def markdown(result: Mapping[str, Any]) -> str:
    """The whole table."""
    about = result["about"]
    parts = [
        f"{about['date']}, {about['cores']} cores, load {about['load_before']} before and "
        f"{about['load_after']} after, {about['workers']} workers, {about['rounds']} rounds, "
        f"{about['loads']} loads, took {about['took_s']} s. "
        "Absolute numbers are of this machine at this moment; compare ratios only."
    ]
    if result["server"]:
        parts += ["### Server: CPU for one request (16 keep-alive connections)", _server(result["server"])]
    if result["browser"]:
        parts += ["### Browser: navigation start to visible number", _browser(result["browser"])]
    parts += ["### Bytes on the wire, gzipped", _rows(result["wire"], _wire())]
    parts += ["### Goals", _goals(goals(result))]
    return "\n\n".join(parts) + "\n"


def _server(rows: Sequence[Mapping[str, Any]]) -> str:
    columns: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "request": lambda row: row["row"],
        "CPU µs": lambda row: row["cpu_us"],
        "x Flask constant (lowest - highest round)": lambda row: (
            f"{row['x_flask_constant']:.2f} ({row['ratio_range'][0]:.2f} - {row['ratio_range'][1]:.2f})"
        ),
        "requests/s": lambda row: f"{row['requests_per_s']:,}",
        "p50 ms": lambda row: row["p50_ms"],
        "p95 ms": lambda row: row["p95_ms"],
    }
    return _rows(rows, columns)


def _browser(rows: Sequence[Mapping[str, Any]]) -> str:
    columns: dict[str, Callable[[Mapping[str, Any]], Any]] = {"form": lambda row: _FORMS[row["row"]]}
    for state in ("cold", "warm"):
        columns[f"{state} ms (quartiles)"] = partial(_time, state)
        columns[f"x static, {state}"] = partial(_ratio, state)
    columns["requests cold / warm"] = lambda row: f"{row['cold_requests']} / {row['warm_requests']}"
    columns["of these to Inlay"] = lambda row: f"{row['cold_to_inlay']} / {row['warm_to_inlay']}"
    return _rows(rows, columns)


def _time(state: str, row: Mapping[str, Any]) -> str:
    low, high = row[f"{state}_quartiles_ms"]
    return f"{row[f'{state}_ms']:.0f} ({low:.0f} - {high:.0f})"


def _ratio(state: str, row: Mapping[str, Any]) -> str:
    return f"{row[f'{state}_x_static']:.2f}"


def _wire() -> dict[str, Callable[[Mapping[str, Any]], Any]]:
    return {
        "answer": lambda row: row["row"],
        "body": lambda row: f"{row['body_bytes']:,}",
        "head": lambda row: f"{row['head_bytes']:,}",
    }


def _goals(found: Sequence[Goal]) -> str:
    columns: dict[str, Callable[[Goal], Any]] = {
        "goal": lambda goal: goal.sentence,
        "measured": lambda goal: f"{goal.measured:,.2f}".removesuffix(".00"),
        "limit": lambda goal: f"{'=' if goal.exact else '≤'} {goal.limit:g}",
        "": lambda goal: _TICK if goal.met else _CROSS,
    }
    return _rows(found, columns)


def _rows(rows: Sequence[Any], columns: Mapping[str, Callable[[Any], Any]]) -> str:
    lines = [" | ".join(columns), "|".join(["---"] * len(columns))]
    lines += [" | ".join(str(make(row)) for make in columns.values()) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)
