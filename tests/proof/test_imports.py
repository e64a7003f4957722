"""A night's batch at a real server: 100,000 scores in one request, in bounded memory, beside badges that go on.

What is printed are the numbers of the README; the bounds are what the issue asks for.
"""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.databases import database_url
from tests.proof.nodes import Process, badge, serving, session
from tests.proof.nodes import ready as ready_badge

pytestmark = [pytest.mark.proof, pytest.mark.alone]
ROWS, SECONDS, MEGABYTES = 100_000, 60.0, 150.0
LEAD = "Lead/50000"


@pytest.fixture(params=["sqlite", "postgres"])
def node(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Process]:
    with ExitStack() as stack:
        store = stack.enter_context(database_url(request.param, tmp_path))
        # both halves of a deployment are there
        keys = f"sqlite:///{tmp_path}/keys.db" if request.param == "postgres" else ""
        own = f'key_store = "{keys}"' if keys else ""
        [one] = stack.enter_context(
            serving(tmp_path, store, "http://127.0.0.1:9", workers=2, stored=own, answers="import")
        )
        yield one


def key(node: Process) -> dict[str, str]:
    command = [node.command[0], "api-key", "create", "-c", node.command[-1], "-k", "acme", "--service", "warehouse"]
    command += ["--capability", "lead_score", "--may", "import", "--may", "read", "--field", "activity"]
    made = subprocess.run(command, env=node.environment, capture_output=True, text=True, check=True)
    return {"Authorization": f"Bearer {made.stdout.strip()}"}


def rows(score: float, ago_s: float = 60.0, n: int = ROWS) -> Iterator[bytes]:
    """As a warehouse writes them, a hundred at a time."""
    as_of = (datetime.now(UTC) - timedelta(seconds=ago_s)).isoformat()
    for start in range(0, n, 100):
        yield b"".join(
            json.dumps({
                "record": f"Lead/{number}", "score": score, "meaning": "probability",
                "model": {"name": "night", "version": "2026-11"}, "computed_at": as_of, "valid_for_s": 86_400,
                "factors": [
                    {"label": "Very active this month", "effect": 11.5, "detail": "7 meetings", "fields": ["activity"]},
                    {"label": "Asked for an offer", "effect": -3.25, "detail": "3 days ago", "fields": ["activity"]},
                ],
                "inputs": {"activity": number % 17},
            }).encode() + b"\n"
            for number in range(start, min(start + 100, n))
        )  # fmt: skip


def bring(node: Process, key: dict[str, str], batch: str, body: Any, n: int = ROWS) -> requests.Response:
    return requests.put(
        f"{node.url}/api/v1/scores?capability=lead_score&batch={batch}&rows={n}", data=body, timeout=300,
        headers=key | {"Content-Type": "application/jsonl"},
    )  # fmt: skip


def memory(pid: int, name: str) -> float:
    """Megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


class Looking:
    """Somebody looks at badges all the while: how long each took, and how many did not come."""

    def __init__(self, look: Callable[[], requests.Response]) -> None:
        self._look, self._over = look, threading.Event()
        self.seconds: list[float] = []
        self.failed = 0
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Looking:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.02):
            began = time.monotonic()
            self.failed += self._look().status_code not in (200, 304)
            self.seconds.append(time.monotonic() - began)


def test_a_night_s_batch(node: Process, capsys: pytest.CaptureFixture[str]) -> None:
    mine, token = key(node), session(node, "zoe", [LEAD])
    assert badge(node, token, LEAD).headers["Inlay-State"] == "empty"
    assert bring(node, mine, "warm-up", rows(1.0, 600.0, 10), 10).ok
    before = {pid: memory(pid, "VmRSS") for pid in node.workers()}
    for pid in before:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the highest so far is forgotten
    began = time.monotonic()
    with Looking(lambda: badge(node, token, LEAD)) as looking:
        answer = bring(node, mine, "night", rows(64.0))
        took = time.monotonic() - began
        shown_at = time.monotonic()
        while "64" not in badge(node, token, LEAD).text:
            assert time.monotonic() - shown_at < 2
            time.sleep(0.01)
        shown = time.monotonic() - shown_at
    assert answer.ok, answer.text
    assert answer.json()["rows"] == ROWS
    time.sleep(0.5)
    assert all("64" in badge(node, token, LEAD).text for _ in range(20))  # whichever worker answers
    again = time.monotonic()
    told = bring(node, mine, "again", rows(65.0, 30.0))  # the next night, onto what is there
    assert told.ok, told.text
    again = time.monotonic() - again
    peak = {pid: memory(pid, "VmHWM") for pid in before}  # of the whole process, after both nights
    growth = max(peak[pid] - before[pid] for pid in before)
    slow = sorted(looking.seconds)
    with capsys.disabled():
        store = node.environment["INLAY_PROOF_STORE"].partition(":")[0]
        print(f"\n{store}: {took:.1f} s, the next night {again:.1f} s; seen after {shown * 1000:.0f} ms")
        print(f"a worker grew by {growth:.0f} MB to {max(peak.values()):.0f} MB")
        p50, p99 = (slow[int(len(slow) * share)] * 1000 for share in (0.5, 0.99))
        print(f"badges beside it: p50 {p50:.1f} ms, p99 {p99:.0f} ms, slowest {slow[-1] * 1000:.0f} of {len(slow)}")
    assert looking.failed == 0
    assert max(took, again) < SECONDS
    assert max(peak.values()) < MEGABYTES


def erase(node: Process, lead: str, how: str) -> Any:
    command = [node.command[0], "audit", "erase", "-c", node.command[-1], "-k", "acme", "--subject", lead]
    done = subprocess.run([*command, how, "--json"], env=node.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_whoever_is_erased_while_a_batch_comes_is_erased_by_one_run(node: Process) -> None:
    """One after the other, from its first row until it is applied: of each the one run proves that nothing is left, and
    nothing of them comes after it."""
    mine, leads = key(node), iter(f"Lead/{number}" for number in range(0, ROWS, 7))
    erased: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(bring, node, mine, "night", rows(64.0))
        while not coming.done():
            erased.append(next(leads))
            assert erase(node, erased[-1], "--yes")["erased"]
    assert coming.result().ok, coming.result().text
    for lead in (*erased[:3], *erased[-3:]):
        assert not any(erase(node, lead, "--dry-run")["rows"].values())


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_cut_connection_applies_nothing(node: Process, chunked: bool) -> None:
    mine, token = key(node), session(node, "zoe", [LEAD])
    part = b"".join(rows(50.0, n=60_000))
    how = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(part) * 2}"
    head = (
        f"PUT /api/v1/scores?capability=lead_score&batch=cut&rows=60001 HTTP/1.1\r\nHost: localhost\r\n{how}\r\n"
        f"Authorization: {mine['Authorization']}\r\nContent-Type: application/jsonl\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", node.port)) as one:
        one.sendall(head.encode())
        for start in range(0, len(part), 60_000):
            piece = part[start : start + 60_000]
            one.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if chunked else piece)
    time.sleep(1.0)
    assert badge(node, token, LEAD).headers["Inlay-State"] == "empty"
    until = time.monotonic() + 90  # once the server has seen that nobody sends any more
    while (whole := bring(node, mine, "cut", rows(51.0, n=100), 100)).status_code == 503:
        assert time.monotonic() < until, whole.text
        time.sleep(1.0)
    assert whole.ok, whole.text
    assert whole.json()["rows"] == 100
    assert badge(node, token, LEAD).headers["Inlay-State"] == "empty"


def test_a_killed_server_applies_nothing(node: Process, tmp_path: Path) -> None:
    mine = key(node)

    def endless() -> Iterator[bytes]:
        yield from rows(50.0, n=20_000)
        node.kill()
        yield b"{}"

    with pytest.raises(requests.RequestException):
        bring(node, mine, "killed", endless())
    node.start()
    node.wait_ready()
    token = session(node, "zoe", ["Lead/5"])
    assert ready_badge(node, token, "Lead/5", 0.5).headers["Inlay-State"] == "empty"
