"""`python -m bench.peers`: the same badge by Inlay, Gradio and Streamlit in the same page, side by side."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.demo.children import ChildEndedError
from bench import browser, report
from bench.pages import PEERS, PEERS_FILE
from bench.peers.environment import WANTED, NoPeersError, python
from bench.peers.running import Peers, running
from bench.processes import cpu_seconds, memory, tree
from bench.stack import Stack, started

FORMS = ("inline", "static", "iframe", "element", *PEERS)
IDLE_S = 20.0  # without a visitor


def main() -> int:
    """Exit code 0 also where there are no peers to compare with: the sentence says why."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--loads", type=int, default=10, help="of each page, cold and warm")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through every `with`: what was started is ended
    try:
        text = _compared(python(), options.loads)
    except (NoPeersError, ChildEndedError) as error:
        text = f"The peers were not measured: {error}"
    (report.OUT / "peers.md").write_text(f"{text}\n", encoding="utf-8")
    sys.stdout.write(f"{text}\n\nWritten to {report.OUT / 'peers.md'}.\n")
    return 0


def _compared(interpreter: Path, loads: int) -> str:
    began, before = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="inlay-peers-") as folder, started(Path(folder), 2) as stack:
        state = Path(folder)
        (state / "peer.html").write_text(_body(state), encoding="utf-8")
        with running(interpreter, state / "peer.html", state) as peers:
            named = {**peers.url, "gradio_script": peers.script}
            (state / PEERS_FILE).write_text(json.dumps(named), encoding="utf-8")
            measured = browser.summary(browser.measure(stack, FORMS, loads, _say))
            servers = _servers(stack, peers)
    about = (
        f"{datetime.now(UTC).date()}, {os.cpu_count()} cores, load {before:.1f} before and {os.getloadavg()[0]:.1f} "
        f"after, {loads} loads, took {time.monotonic() - began:.0f} s; {', '.join(WANTED)}. "
        "Compare ratios of one run only."
    )
    columns = {each: (lambda row, each=each: row[each]) for each in ("server", "processes", "RSS MB", "PSS MB")}
    columns[f"CPU without a visitor, % of a core over {IDLE_S:.0f} s"] = lambda row: row["idle"]
    return "\n\n".join([about, report.pages(measured), report.table(servers, columns)])


def _body(state: Path) -> str:
    """Inlay's own markup and sheet."""
    given = json.loads((state / "pages.json").read_text(encoding="utf-8"))
    return f"<style>{given['style']}</style>{given['fragment']}"


def _servers(stack: Stack, peers: Peers) -> list[dict[str, Any]]:
    """What each server's processes hold after the loads, and what they use when nobody asks."""
    trees = {name: tree(pid) for name, pid in {"Inlay": stack.pid["inlay"], **peers.pid}.items()}
    used = {name: cpu_seconds(each) for name, each in trees.items()}
    time.sleep(IDLE_S)
    rows = []
    for name, each in trees.items():
        held = memory(each)
        idle = (cpu_seconds(each) - used[name]) / IDLE_S * 100
        row = {"server": name, "processes": len(each), "RSS MB": held.rss, "PSS MB": held.pss, "idle": f"{idle:.1f}"}
        rows.append(row)
    return rows


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
