"""`make bench`: starts everything, measures it side by side, prints the table, ends everything."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from bench import browser, crowd, goals, pages, plot, report, server, start, wire
from bench.stack import Stack, started

OUT, PARTS = report.OUT, ("start", "server", "crowd", "browser")


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: rounds of the server's rows and their seconds, loads of each page, turns of the crowd,
    the requests of its long day, starts, and seconds at rest."""

    rounds: int
    seconds: float
    loads: int
    turns: int
    day: int
    starts: int
    idle_s: float


FULL, QUICK = Effort(5, 0.8, 15, 3, 120_000, 7, 20), Effort(2, 0.6, 5, 1, 24_000, 3, 5)


def main() -> int:
    """Exit code 0 whenever it could measure; the goals are in the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute or two: fewer rounds, wider spread")
    parser.add_argument("--only", choices=PARTS, help="a part of it")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="worker processes of both servers")
    options = parser.parse_args()
    effort = QUICK if options.quick else FULL
    signal.signal(signal.SIGTERM, _ended)
    wanted = [options.only] if options.only else PARTS
    began, before = time.monotonic(), os.getloadavg()[0]
    alone = start.measure(effort.starts, effort.idle_s, _say) if "start" in wanted else {}  # before all the others run
    with (
        tempfile.TemporaryDirectory(prefix="inlay-bench-") as state,
        started(Path(state), options.workers) as stack,
    ):
        _say(f"Inlay is at {stack.places.inlay}, the host page at {stack.places.host}")
        measured = {"start": alone} | _measured(stack, effort, wanted)
    about = {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "load_before": round(before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "workers": options.workers,
        "rounds": effort.rounds if measured["server"] else 0,
        "loads": effort.loads if measured["browser"] else 0,
        "took_s": round(time.monotonic() - began),
    }
    sys.stdout.write(f"{_written({'about': about, **measured})}\nWritten to {OUT}: table.md, table.json, plot.svg.\n")
    return 0


def _measured(stack: Stack, effort: Effort, wanted: tuple[str, ...] | list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {"server": [], "crowd": {}, "browser": [], "wire": wire.measure(stack)}
    if "server" in wanted:
        result["server"] = server.summary(server.measure(stack, effort.rounds, effort.seconds, _say))
    if "crowd" in wanted:
        result["crowd"] = crowd.measure(stack, effort.turns, effort.day, _say)
    if "browser" in wanted:
        result["browser"] = browser.summary(browser.measure(stack, pages.FORMS, effort.loads, _say))
    return result


def _written(result: Mapping[str, Any]) -> str:
    """The table, which is also written with all numbers and the picture."""
    table = report.markdown(result)
    met = [asdict(goal) | {"met": goal.met} for goal in goals.goals(result)]
    OUT.mkdir(exist_ok=True)
    (OUT / "table.md").write_text(table, encoding="utf-8")
    (OUT / "table.json").write_text(json.dumps({**result, "goals": met}, indent=2) + "\n", encoding="utf-8")
    (OUT / "plot.svg").write_text(plot.svg(result), encoding="utf-8")
    return table


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _ended(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(143)  # through every `with`: what was started is ended


if __name__ == "__main__":
    sys.exit(main())
