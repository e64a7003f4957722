"""Events under load are answered at once: whatever they bring is done after the answer."""

from __future__ import annotations

import itertools
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests import services
from tests.cli.written import written
from tests.hosts.salesforce.messages import message, notification
from tests.proof.staged.load import Ask, Load
from tests.rabbit import until
from tests.world import EVENT_TOKEN
from tests.world import world as make_world

pytestmark = [pytest.mark.proof, pytest.mark.alone]

RATE, SECONDS, LIMIT_S = 40, 15, 0.05


def _asks(port: int) -> Iterator[Ask]:
    """Outbound messages: of one record, and each tenth of a hundred, as many as there may be."""
    for number in itertools.count():
        many = 100 if number % 10 == 0 else 1
        told = [notification(f"04l{number:06}{n:06}", f"00Q{number:06}{n:06}") for n in range(many)]
        body = message(*told)
        head = f"POST /events/acme/{EVENT_TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
        kind = "hundred" if many > 1 else "one"
        yield Ask(kind, port, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def test_events_are_answered_within_fifty_milliseconds_under_load(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        port = services.free_port()
        path = written(world, {"[store]": f"port = {port}\nworkers = 2\n[store]"})
        command = [str(Path(sys.executable).with_name("inlay")), "serve", "-c", str(path)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: _ready(port), 60)
            seen = Load(_asks(port), RATE, SECONDS).run()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
        assert {each.status for each in seen} == {200}
        for kind in ("one", "hundred"):
            took = sorted(each.took_s for each in seen if each.kind == kind)
            p95 = took[int(len(took) * 0.95)]
            print(
                f"{kind}: {len(took)} events, median {statistics.median(took) * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms"
            )
            assert p95 < LIMIT_S


def _ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=1).ok
    except requests.RequestException:
        return False
