"""How long a server takes until it is ready, and what its processes hold and use when nobody asks."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from bench.configuration import free_ports
from bench.processes import cpu_seconds, memory, tree

_BIN = Path(sys.executable).parent
_WITHIN_S, _REST_S = 60.0, 3.0


def measure(times: int, idle_s: float, say: Callable[[str], None]) -> dict[str, Any]:
    """A configuration as `inlay init` writes it, with a database that is there: as every start but the first."""
    with tempfile.TemporaryDirectory(prefix="inlay-start-") as folder:
        at = Path(folder)
        port = _configured(at)
        with _served(at, port):  # the first one makes the database
            pass
        took = [_one(at, port) for _ in range(times)]
        say(f"start: {times} times")
        with _served(at, port) as server:
            time.sleep(_REST_S)
            processes = tree(server.pid)
            before = cpu_seconds(processes)
            time.sleep(idle_s)
            used = cpu_seconds(processes) - before
            each = [memory([one]) for one in processes]
        say("start: at rest")
    return {
        "ready_s": round(statistics.median(seconds for seconds, _ in took), 2),
        "ready_cpu_s": round(statistics.median(cpu for _, cpu in took), 2),
        "quickest_s": round(min(seconds for seconds, _ in took), 2),
        "processes": len(processes),
        "most_rss": max(one.rss for one in each),
        "most_pss": max(one.pss for one in each),
        "idle_percent": round(used / idle_s * 100, 1),
    }


def _one(folder: Path, port: int) -> tuple[float, float]:
    """Seconds until it was ready, and the CPU time that all of its processes had used by then."""
    began = time.monotonic()
    with _served(folder, port) as server:
        return time.monotonic() - began, cpu_seconds(tree(server.pid))


def _configured(folder: Path) -> int:
    port = free_ports("start")["start"]
    url = f"http://localhost:{port}"  # from which it takes the port
    subprocess.run([_BIN / "inlay", "init", "--url", url], cwd=folder, check=True, capture_output=True)
    return port


@contextmanager
def _served(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server that is ready; it is ended at once. Raises RuntimeError when it does not become so."""
    with (folder / "log").open("wb") as log, requests.Session() as http:
        http.trust_env = False
        server = subprocess.Popen([_BIN / "inlay", "serve"], cwd=folder, stdout=log, stderr=log, env=_env())
        try:
            until = time.monotonic() + _WITHIN_S
            while not _is_ready(http, port):
                if server.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"It does not start:\n{(folder / 'log').read_text(encoding='utf-8')}")
                time.sleep(0.01)
            yield server
        finally:
            for _ in range(2):  # the second one does not wait for requests
                server.send_signal(signal.SIGTERM)
                time.sleep(0.1)
            server.wait()


def _env() -> dict[str, str]:
    """What is imported is compiled once, as on every machine that does not forbid it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _is_ready(http: requests.Session, port: int) -> bool:
    try:
        return http.get(f"http://127.0.0.1:{port}/readyz", timeout=2).ok
    except requests.RequestException:
        return False
