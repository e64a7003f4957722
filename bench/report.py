"""The table: what was measured, beside the goals, with a tick or a cross; none of it written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.goals import Goal, goals
from bench.server import CONNECTIONS

OUT = Path(__file__).resolve().parent / "out"
_TICK, _CROSS = "✓", "✗"
FORMS = {
    "inline": "number in the page (floor)",
    "static": "static iframe (baseline)",
    "posted": "static iframe, posted as a launch is",
    "iframe": "Inlay iframe",
    "element": "Inlay element",
    "twentyfive": "25 Inlay elements",
    "fifty": "50 Inlay elements",
    "gradio": "Gradio element",
    "gradio_frame": "Gradio iframe",
    "streamlit_frame": "Streamlit iframe",
}
Row = Mapping[str, Any]
Columns = Mapping[str, Callable[[Any], Any]]


def markdown(result: Mapping[str, Any]) -> str:
    """The whole table."""
    about = result["about"]
    parts = [
        f"{about['date']}, {about['cores']} cores, load {about['load_before']} before and "
        f"{about['load_after']} after, {about['workers']} workers, {about['rounds']} rounds, "
        f"{about['loads']} loads, took {about['took_s']} s. "
        "Absolute numbers are of this machine at this moment; compare ratios only."
    ]
    if result["start"]:
        parts += ["### Start and rest", _start(result["start"])]
    if result["server"]:
        parts += [f"### Server: one request ({CONNECTIONS} keep-alive connections; a miss: one)"]
        parts += [table([row for row in result["server"] if _is_main(row)], _server())]
        parts += ["### Server: the same by connections", table(_everywhere(result["server"]), _levels())]
    if result["crowd"]:
        parts += ["### Server: cached badges when others need it too", *_crowd(result["crowd"])]
    if result["browser"]:
        parts += ["### Browser: navigation start to visible number", pages(result["browser"])]
    parts += ["### Bytes on the wire, gzipped", table(result["wire"], _wire())]
    parts += ["### Goals", table(goals(result), _goals())]
    return "\n\n".join(parts) + "\n"


def pages(rows: Sequence[Row]) -> str:
    """How soon each form of a page showed its number, and what it asked for until then."""
    return table(rows, _browser())


def _start(found: Mapping[str, Any]) -> str:
    return (
        f"Ready {found['ready_s']} s after it was started (the quickest: {found['quickest_s']} s), "
        f"{found['ready_cpu_s']} s of CPU. At rest its {found['processes']} processes use {found['idle_percent']} % "
        f"of a core; the largest holds {found['most_rss']} MB (RSS), {found['most_pss']} MB when what they share "
        "is divided among them (PSS)."
    )


def _is_main(row: Row) -> bool:
    return bool(row["connections"] == CONNECTIONS or row["row"] == "miss")


def _everywhere(rows: Sequence[Row]) -> list[Row]:
    names = {row["row"] for row in rows if row["connections"] == 64}
    return sorted((row for row in rows if row["row"] in names), key=lambda row: (row["row"], row["connections"]))


def _server() -> Columns:
    return {
        "request": lambda row: row["row"],
        "CPU µs": lambda row: f"{row['cpu_us']:,}",
        "x Flask constant (lowest - highest round)": lambda row: (
            f"{row['x_flask_constant']:.2f} ({row['ratio_range'][0]:.2f} - {row['ratio_range'][1]:.2f})"
        ),
        **_rates(),
    }


def _levels() -> Columns:
    return {"request": lambda row: row["row"], "connections": lambda row: row["connections"], **_rates()}


def _rates() -> Columns:
    return {
        "requests/s": lambda row: f"{row['requests_per_s']:,}",
        **{f"{each} ms": partial(lambda name, row: row[name], f"{each}_ms") for each in ("p50", "p95", "p99")},
    }


def _crowd(found: Mapping[str, Any]) -> list[str]:
    misses, memory = found["misses"], found["memory"]
    parts = [
        f"Four one-second misses in flight: {misses['beside_per_s']:,} badges/s beside {misses['alone_per_s']:,} alone "
        f"({misses['rate_x_alone']} x), p95 {misses['beside_p95_ms']} ms beside {misses['alone_p95_ms']} "
        f"({misses['p95_x_alone']} x).",
        "50 viewers at once, each on a connection of its own:",
        table(
            found["viewers"],
            {
                "asked by": lambda row: row["client"],
                "server": lambda row: row["server"],
                **{f"{each} ms": partial(lambda name, row: row[name], f"{each}_ms") for each in ("p50", "p95", "p99")},
                "p95 of a burst, ms": lambda row: row["burst_p95_ms"],
                "x nginx's (quartiles)": _beside_nginx,
            },
        ),
        f"Memory, RSS (PSS) of all of Inlay's processes: {memory['before']} ({memory['before_pss']}) MB before, "
        f"{memory['first']} ({memory['first_pss']}) after {memory['requests'] // 6:,} requests of 50 viewers, "
        f"{memory['last']} ({memory['last_pss']}) after {memory['requests']:,}.",
    ]
    if not any(row["server"] == "nginx" for row in found["viewers"]):
        parts.insert(3, "There is no nginx here, and `scripts/nginx.sh` could not unpack one: not compared.")
    return parts


def _beside_nginx(row: Row) -> str:
    if "x_nginx" not in row:
        return ""
    low, high = row["x_nginx_quartiles"]
    return f"{row['x_nginx']:.2f} ({low:.2f} - {high:.2f})"


def _browser() -> Columns:
    columns: dict[str, Callable[[Row], Any]] = {"form": lambda row: FORMS[row["row"]]}
    for state in ("cold", "warm"):
        columns[f"{state} ms (quartiles)"] = partial(_time, state)
        columns[f"x static, {state}"] = partial(_ratio, state)
    columns["requests cold / warm"] = lambda row: f"{row['cold_requests']} / {row['warm_requests']}"
    columns["of these to Inlay"] = lambda row: f"{row['cold_to_inlay']} / {row['warm_to_inlay']}"
    columns["bytes cold / warm"] = lambda row: f"{row['cold_bytes']:,} / {row['warm_bytes']:,}"
    return columns


def _time(state: str, row: Row) -> str:
    low, high = row[f"{state}_quartiles_ms"]
    return f"{row[f'{state}_ms']:.0f} ({low:.0f} - {high:.0f})"


def _ratio(state: str, row: Row) -> str:
    return f"{row[f'{state}_x_static']:.2f}"


def _wire() -> Columns:
    return {
        "answer": lambda row: row["row"],
        "body": lambda row: f"{row['body_bytes']:,}",
        "head": lambda row: f"{row['head_bytes']:,}",
    }


def _goals() -> Mapping[str, Callable[[Goal], Any]]:
    return {
        "goal": lambda goal: goal.sentence,
        "measured": lambda goal: f"{goal.measured:,.2f}".removesuffix(".00"),
        "limit": lambda goal: f"{goal.sign} {goal.limit:g}",
        "": lambda goal: _TICK if goal.met else _CROSS,
    }


def table(rows: Sequence[Any], columns: Columns) -> str:
    """In Markdown."""
    lines = [" | ".join(columns), "|".join(["---"] * len(columns))]
    lines += [" | ".join(str(make(row)) for make in columns.values()) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)
