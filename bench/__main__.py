"""`make bench`: starts everything, measures it side by side, prints the table, ends everything."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from bench import browser, report, server, wire
from bench.stack import started

OUT = Path(__file__).resolve().parent / "out"


def main() -> int:
    """Exit code 0 whenever it could measure; the goals are in the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute: fewer rounds, wider spread")
    parser.add_argument("--only", choices=("server", "browser"), help="half of it")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="worker processes of both servers")
    options = parser.parse_args()
    rounds, seconds, loads = (3, 0.8, 6) if options.quick else (7, 1.2, 15)
    signal.signal(signal.SIGTERM, _ended)
    began, before = time.monotonic(), os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(prefix="inlay-bench-") as state,
        started(Path(state), options.workers) as stack,
    ):
        _say(f"Inlay is at {stack.places.inlay}, the host page at {stack.places.host}")
        sizes = wire.measure(stack)
        served = {} if options.only == "browser" else server.measure(stack, rounds, seconds, _say)
        shown = {} if options.only == "server" else browser.measure(stack, loads, _say)
    result: dict[str, Any] = {
        "about": {
            "date": datetime.now(UTC).date().isoformat(),
            "cores": os.cpu_count(),
            "load_before": round(before, 1),
            "load_after": round(os.getloadavg()[0], 1),
            "workers": options.workers,
            "rounds": rounds if served else 0,
            "loads": loads if shown else 0,
            "took_s": round(time.monotonic() - began),
        },
        "server": server.summary(served) if served else [],
        "browser": browser.summary(shown) if shown else [],
        "wire": sizes,
    }
    result["goals"] = [asdict(goal) | {"met": goal.met} for goal in report.goals(result)]
    table = report.markdown(result)
    OUT.mkdir(exist_ok=True)
    (OUT / "table.md").write_text(table, encoding="utf-8")
    (OUT / "table.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{table}\nWritten to {OUT}/table.md and table.json.\n")
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _ended(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(143)  # through every `with`: what was started is ended


if __name__ == "__main__":
    sys.exit(main())
