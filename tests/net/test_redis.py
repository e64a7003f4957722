"""Redis on this machine, and Redises that are away, slow, strange and back again. None of them raises anything."""

from __future__ import annotations

import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterator

import pytest

from app.errors import ConfigError
from app.metrics import NullMetrics
from app.net.redis import RedisDoor
from app.net.retry import Breaker
from tests import services
from tests.world import Clock


@pytest.fixture
def name() -> str:
    """A prefix that nobody else uses; what is put under it ends by itself."""
    return f"inlay-test:{uuid.uuid4().hex}:"


@pytest.fixture
def door() -> Iterator[RedisDoor]:
    made = RedisDoor(services.url(services.REDIS), NullMetrics(), timeout_s=5)
    yield made
    made.close()


def test_many_values_come_back_in_their_order(door: RedisDoor, name: str) -> None:
    door.put_many([(f"{name}{n}", b"\x00value %d" % n, 30) for n in range(0, 200, 2)])
    found = door.get_many([f"{name}{n}" for n in range(200)])
    assert found == [None if n % 2 else b"\x00value %d" % n for n in range(200)]
    assert door.get_many([]) == []
    door.put_many([])


def test_values_end_with_their_time(door: RedisDoor, name: str) -> None:
    door.put_many([(f"{name}soon", b"1", 0.01), (f"{name}late", b"2", 30)])
    time.sleep(0.05)
    assert door.get_many([f"{name}soon", f"{name}late"]) == [None, b"2"]


class Away:
    """Something at a port where Redis should be."""

    def __init__(self, says: bytes | None) -> None:
        """`says` is what it answers to anything; None: nothing, ever."""
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self.server.getsockname()[1]}/0"
        self.accepted = 0
        self._open: list[socket.socket] = []
        self._says = says
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                conn, _ = self.server.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.append(conn)
            if self._says is not None:
                conn.sendall(self._says)

    def close(self) -> None:
        self.server.close()
        for each in self._open:
            each.close()


@pytest.mark.parametrize("says", [b"-ERR no\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xfe\r\n", b"+OK\r\n"])
def test_what_is_no_redis_is_a_miss(says: bytes) -> None:
    away, metrics = Away(says), NullMetrics()
    door = RedisDoor(away.url, metrics)
    for _ in range(3):
        assert door.get_many(["a", "b"]) == [None, None]
        door.put_many([("a", b"1", 9)])
    door.close()
    away.close()
    assert sum(metrics.counted.values()) == 6


def test_a_redis_that_never_answers_costs_a_timeout_twice_and_then_nothing() -> None:
    away, metrics, clock = Away(None), NullMetrics(), Clock()
    door = RedisDoor(away.url, metrics, breaker=Breaker(threshold=2, cooldown_s=2.0), clock=clock)
    began = time.monotonic()
    for _ in range(1000):
        assert door.get_many(["a"]) == [None]
    took = time.monotonic() - began
    assert 0.1 <= took < 1.5  # two timeouts of 50 ms, the rest are not asked
    assert metrics.counted["redis_failures", "timed-out"] == 2
    assert metrics.counted["redis_failures", "not-asked"] == 998
    clock.now += 2
    door.get_many(["a"])
    door.get_many(["a"])
    assert metrics.counted["redis_failures", "timed-out"] == 3  # one probe
    door.close()
    away.close()


def test_a_redis_that_comes_back_is_found_by_itself(name: str) -> None:
    metrics, clock = NullMetrics(), Clock()
    with services.private_redis() as redis:
        door = RedisDoor(redis.url, metrics, timeout_s=1, clock=clock)
        door.put_many([(f"{name}a", b"1", 30)])
        assert door.get_many([f"{name}a"]) == [b"1"]
        redis.kill()
        assert [door.get_many([f"{name}a"]) for _ in range(4)] == [[None]] * 4
        redis.start()
        assert door.get_many([f"{name}a"]) == [None]  # the breaker is open
        clock.now += 2
        door.put_many([(f"{name}a", b"2", 30)])
        assert door.get_many([f"{name}a"]) == [b"2"]
        door.close()
    assert metrics.counted["redis_failures", "failed"] == 2


def test_without_the_driver_the_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigError, match=r"\[redis\]"):
        RedisDoor("redis://127.0.0.1:1/0", NullMetrics())
