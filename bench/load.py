"""A small keep-alive HTTP/1.1 client that loads a server."""

from __future__ import annotations

import selectors
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPResponse
from itertools import repeat

Burst = Callable[[int, Sequence[bytes]], list[float]]
"""Asks a port for all of these at once; milliseconds of each answer."""


class WrongAnswerError(Exception):
    """The server answered something else than what is to be measured."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a round of load saw."""

    requests: int
    seconds: float
    latencies_ms: list[float] = field(repr=False)

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def percentile(self, percent: int) -> float:
        """Milliseconds within which so many of a hundred were answered."""
        if len(self.latencies_ms) < 2:
            return self.latencies_ms[0]
        return statistics.quantiles(self.latencies_ms, n=100, method="inclusive")[percent - 1]


class _Client:
    """One keep-alive connection."""

    def __init__(self, port: int, requests: Iterator[bytes], status: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests, self._status = requests, b"HTTP/1.1 %d" % status
        self._buffer, self._wanted = b"", 0
        self._began = 0.0

    def send(self) -> None:
        self._buffer, self._wanted = b"", 0
        self._began = time.perf_counter()
        self.socket.sendall(next(self._requests))

    def receive(self) -> float:
        """Seconds that the answer took once it is whole, else 0."""
        part = self.socket.recv(262144)
        if not part:
            raise WrongAnswerError("The server closed a keep-alive connection.")
        self._buffer = self._buffer + part if self._buffer else part
        if not self._wanted:
            head = self._buffer.find(b"\r\n\r\n")
            if head < 0:
                return 0.0
            self._wanted = head + 4 + self._length(self._buffer[:head])
        return time.perf_counter() - self._began if len(self._buffer) >= self._wanted else 0.0

    def _length(self, head: bytes) -> int:
        if not head.startswith(self._status):
            raise WrongAnswerError(head.decode("latin-1"))
        if self._status.endswith(b"304"):
            return 0
        lower = head.lower()
        at = lower.find(b"content-length:")
        if at < 0:
            raise WrongAnswerError(f"An answer without Content-Length: {head.decode('latin-1')}")
        return int(lower[at + 15 :].split(b"\r\n", 1)[0])


def run(
    port: int,
    request: bytes | Iterator[bytes],
    status: int = 200,
    *,
    connections: int,
    seconds: float = 3600,
    count: int = 2**60,
) -> Load:
    """Keep `connections` requests in flight for so long, or until so many were sent; those on their way are waited
    for. Raises WrongAnswerError at a wrong status."""
    requests = repeat(request) if isinstance(request, bytes) else request
    clients = [_Client(port, requests, status) for _ in range(min(connections, count))]
    began = time.perf_counter()
    sent = len(clients)

    def goes_on() -> bool:
        nonlocal sent
        sent += 1
        return sent <= count and time.perf_counter() < began + seconds

    latencies = _answered(clients, goes_on)
    return Load(len(latencies), time.perf_counter() - began, latencies)


def viewers(port: int, requests: Sequence[bytes]) -> list[float]:
    """Milliseconds of each of these requests, by a viewer each: all at once, they connect, ask and read the answer.

    Raises WrongAnswerError at another status than 200, and when one of them was not answered within 10 s.
    """
    took: list[float] = []
    together = threading.Barrier(len(requests))

    def view(request: bytes) -> None:
        together.wait()
        began = time.perf_counter()
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as connection,
            HTTPResponse(connection) as answer,
        ):
            connection.sendall(request)
            answer.begin()
            answer.read()
            if answer.status == 200:
                took.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=view, args=(each,)) for each in requests]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if len(took) < len(requests):
        raise WrongAnswerError(f"{len(requests) - len(took)} of {len(requests)} viewers did not get their answer.")
    return took


def volley(port: int, requests: Sequence[bytes]) -> list[float]:
    """Milliseconds of each of these requests, sent one right after the other on open connections of their own."""
    return _answered([_Client(port, iter((each,)), 200) for each in requests], lambda: False)


def _answered(clients: Sequence[_Client], goes_on: Callable[[], bool]) -> list[float]:
    """Milliseconds of each answer. A client whose answer came asks again while it goes on."""
    latencies: list[float] = []
    with ExitStack() as ended:
        selector = ended.enter_context(selectors.DefaultSelector())
        for client in clients:
            ended.enter_context(client.socket)
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.send()
        flying = len(clients)
        while flying:
            ready = selector.select(timeout=10)
            if not ready:
                raise WrongAnswerError("The server did not answer for 10 s.")
            for key, _ in ready:
                took = key.data.receive()
                if not took:
                    continue
                latencies.append(took * 1000)
                if goes_on():
                    key.data.send()
                else:
                    flying -= 1
    return latencies
