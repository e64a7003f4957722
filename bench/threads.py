"""`python -m bench.threads`: what threads that wait for one another's turn of the interpreter add to an answer."""

from __future__ import annotations

import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from multiprocessing.util import Finalize
from pathlib import Path

from flask import Flask

from app.application import build, create_app
from app.config import Settings
from app.demo.children import Children
from bench import load
from bench.bare import CONSTANT, WHOLE
from bench.configuration import free_ports
from bench.processes import cpu_seconds, tree
from bench.report import table
from bench.rows import get, known
from bench.server import CONNECTIONS
from bench.stack import Stack, granian, open_session, started

COUNTS, ROUNDS, EACH_S, WITHIN_S = (1, 2, 4, 8), 8, 0.8, 60.0
Asked = dict[str, tuple[int, bytes, list[int]]]  # port, request, processes


def application() -> Flask:
    """All of Inlay but its jobs, on the configuration in the file that `BENCH_CONFIG` names."""
    parts, _ = build(Settings.load(Path(os.environ["BENCH_CONFIG"])))
    parts.epochs.follow()
    Finalize(None, parts.close, exitpriority=10)  # a worker ends as multiprocessing does
    return create_app(parts)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through every `with`: what was started is ended
    workers = os.cpu_count() or 1
    with (
        tempfile.TemporaryDirectory(prefix="inlay-threads-") as folder,
        started(Path(folder), workers) as stack,
        Children() as children,
    ):
        sys.stdout.write(_measured(_started(children, stack, Path(folder))) + "\n")
    return 0


def _started(children: Children, stack: Stack, folder: Path) -> Asked:
    session = open_session(stack, stack.records[:1])
    badge, whole = known(session)[0], get(WHOLE, session["access_token"])
    asked: Asked = {"Flask constant": (stack.port["bare"], get(CONSTANT), tree(stack.pid["bare"]))}
    for count in COUNTS:
        for name, module, health, request in (
            ("badge", "bench.threads", "/readyz", badge),
            ("WSGI constant, with a badge's token and headers", "bench.bare", "/raw", whole),
        ):
            port = free_ports("one")["one"]
            child = granian(children, module, port, stack.workers, folder, health, count)
            child.wait_ready(children.http, time.monotonic() + WITHIN_S)
            asked[f"{name}, {count} threads"] = port, request, tree(child.pid)
    return asked


def _measured(asked: Asked) -> str:
    took: dict[str, list[float]] = defaultdict(list)
    turns, order = list(asked.items()), random.Random(1)
    for number in range(ROUNDS + 1):
        order.shuffle(turns)
        for name, (port, request, processes) in turns:
            before = cpu_seconds(processes)
            seen = load.run(port, request, connections=CONNECTIONS, seconds=EACH_S)
            if number:  # the first round only warms up
                took[name].append((cpu_seconds(processes) - before) / seen.requests * 1e6)
    base = took["Flask constant"]
    rows = [
        (name, statistics.median(each), statistics.median(one / of for one, of in zip(each, base, strict=True)))
        for name, each in sorted(took.items())
    ]
    columns = {"answer, blocking threads of a process": 0, "CPU µs": 1, "x Flask constant": 2}
    return table(
        rows, {name: (lambda row, at=at: row[at] if at == 0 else f"{row[at]:.2f}") for name, at in columns.items()}
    )


if __name__ == "__main__":
    sys.exit(main())
