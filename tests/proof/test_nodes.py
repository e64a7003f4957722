"""Nodes as real processes: how they count, how they end, and what they share."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.proof import nodes
from tests.proof.nodes import Process, serving
from tests.proof.staged.core import CoreProcess
from tests.proof.staged.load import REFUSED, Load
from tests.services import private_postgres, private_redis

pytestmark = [pytest.mark.proof, pytest.mark.alone]
LEADS = [f"Lead/{number}" for number in range(10)]
ANSWERED = re.compile(r'^inlay_request_seconds_count\{route="/healthz"\} (\S+)$', re.MULTILINE)


@pytest.fixture
def core() -> Iterator[CoreProcess]:
    process = CoreProcess()
    yield process
    process.kill()


def showing(node: Process, records: list[str] = LEADS) -> str:
    """The token of a session whose badges have their numbers."""
    token = nodes.session(node, "zoe", records)
    assert all(nodes.ready(node, token, record).headers["Inlay-State"] == "ready" for record in records)
    return token


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_is_unready_first_and_cuts_nobody(tmp_path: Path, core: CoreProcess, number: int) -> None:
    """The signal goes to all of its processes, as a terminal's does."""
    with serving(tmp_path, f"sqlite:///{tmp_path}/inlay.db", core.url, workers=2, drain="1s") as (node,):
        token = showing(node)
        load = Load(itertools.cycle([nodes.look(node, token, record) for record in LEADS]), 50, 5)
        clients = threading.Thread(target=load.run)
        clients.start()
        time.sleep(1)
        slow = half_sent(node)
        told = time.monotonic()
        os.killpg(node.popen.pid, number) if number == signal.SIGINT else node.popen.send_signal(number)
        time.sleep(0.2)
        assert (node.get("/readyz").status_code, node.get("/healthz").status_code) == (503, 200)
        time.sleep(max(0.0, told + 1.3 - time.monotonic()))  # by now it takes nobody any more
        assert b'"access_token"' in rest_of(slow)
        assert node.popen.wait(20) == 0
        clients.join()
    statuses = Counter(each.status for each in load.seen)
    assert statuses.keys() == {200, REFUSED}, statuses
    assert all(each.status == 200 for each in load.seen if load.began + each.at < told + 0.8)


def half_sent(node: Process) -> tuple[socket.socket, bytes]:
    """A request whose second half is still under way."""
    content = nodes.first(node, "slow", LEADS[:1]).request
    conn = socket.create_connection(("127.0.0.1", node.port), timeout=15)
    conn.sendall(content[:-50])
    return conn, content[-50:]


def rest_of(half: tuple[socket.socket, bytes]) -> bytes:
    conn, content = half
    with conn:
        conn.sendall(content)
        answer = b""
        while part := conn.recv(65_536):
            answer += part
            if b'"access_token"' in answer:
                break
    return answer


def test_at_the_second_signal_it_ends_at_once(tmp_path: Path, core: CoreProcess) -> None:
    with serving(tmp_path, f"sqlite:///{tmp_path}/inlay.db", core.url, drain="1h") as (node,):
        workers = node.workers()
        for _ in range(2):
            node.popen.terminate()
            time.sleep(0.2)
        node.popen.wait(5)
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_when_the_server_is_killed_its_processes_end_and_the_port_is_free(tmp_path: Path, core: CoreProcess) -> None:
    with serving(tmp_path, f"sqlite:///{tmp_path}/inlay.db", core.url) as (node,):
        workers = node.workers()
        os.kill(node.popen.pid, signal.SIGKILL)
        node.popen.wait()
        until = time.monotonic() + 20
        while any(Path(f"/proc/{worker}").exists() for worker in workers):
            assert time.monotonic() < until
            time.sleep(0.1)
        node.start()
        node.wait_ready()


def test_any_process_tells_the_numbers_of_all_also_when_one_was_killed(tmp_path: Path, core: CoreProcess) -> None:
    with serving(tmp_path, f"sqlite:///{tmp_path}/inlay.db", core.url, workers=2) as (node,):
        before = answered(node)
        ask(node, 40)
        assert {answered(node) for _ in range(10)} == {before + 40}  # whichever is asked
        victim = node.workers()[0]
        os.kill(victim, signal.SIGKILL)
        until = time.monotonic() + nodes.READY_S
        while victim in node.workers() or "inlay_processes 2.0" not in told(node):
            assert time.monotonic() < until
            time.sleep(0.2)
        assert answered(node) == before + 40
        ask(node, 40)
        assert {answered(node) for _ in range(10)} == {before + 80}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Process], CoreProcess]]:
    """Two nodes, without jobs of their own to speak of, and one worker: on one PostgreSQL, one Redis, one core."""
    core, folder = CoreProcess(), tmp_path_factory.mktemp("pair")
    try:
        with (
            private_postgres() as store,
            private_redis() as redis,
            serving(folder, store.url, core.url, nodes=2, redis=redis.url, extra=("worker",)) as running,
        ):
            yield running, core
    finally:
        core.kill()


Pair = tuple[list[Process], CoreProcess]


def test_a_session_of_one_works_on_the_other(pair: Pair) -> None:
    (one, other, worker), _ = pair
    token = nodes.session(one, "zoe", LEADS)
    for node in (other, one):
        assert nodes.ready(node, token, LEADS[0]).headers["Inlay-State"] == "ready"
    assert worker.popen.poll() is None, worker.log.read_text()


def test_five_hundred_viewers_at_once_cost_the_core_one_call(pair: Pair) -> None:
    """Each has a session of its own that has not looked yet, half of them on either node; all look within a second."""
    (one, other, _), core = pair
    record = "Lead/500"
    viewers = [(node, f"viewer-{n}") for n in range(250) for node in (one, other)]
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda each: nodes.session(*each, [record], looks=False), viewers))
    asks = [nodes.look(node, token, record) for (node, _), token in zip(viewers, tokens, strict=True)]
    assert core.calls(record) == 0
    core.behave("second")
    seen = Load(iter(asks), 500, 0.999).run()
    core.behave("well")
    assert Counter(each.status for each in seen) == {200: 500}
    for (node, _), token in zip(viewers[:20], tokens, strict=False):
        assert nodes.ready(node, token, record).headers["Inlay-State"] == "ready"
    assert core.calls(record) == 1


def test_a_revoked_session_is_refused_by_both_within_five_seconds(pair: Pair) -> None:
    (one, other, _), _ = pair
    tokens = {viewer: nodes.session(one, viewer, LEADS) for viewer in ("kept", "revoked")}
    for node in (one, other):
        for token in tokens.values():
            assert nodes.ready(node, token, LEADS[0]).ok
    nodes.run(one, "revoke", "-k", "acme", "--viewer", "revoked")
    revoked = time.monotonic()
    while any(nodes.badge(node, tokens["revoked"], LEADS[0]).status_code != 401 for node in (one, other)):
        assert time.monotonic() - revoked < 5
        time.sleep(0.05)
    assert all(nodes.badge(node, tokens["kept"], LEADS[0]).ok for node in (one, other))


def ask(node: Process, times: int) -> None:
    for _ in range(times):  # each on a connection of its own, so that both processes take some
        assert json.loads(node.get("/healthz").text) == {"status": "ok"}


def told(node: Process) -> str:
    try:
        return node.get("/metrics").text
    except requests.ConnectionError:  # it was in the queue of the one that was killed
        return ""


def answered(node: Process) -> float:
    found = ANSWERED.search(node.get("/metrics").text)
    return float(found[1]) if found else 0.0
