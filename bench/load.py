"""A small keep-alive HTTP/1.1 client that loads a server, and the CPU time of a server's processes."""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


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


class _Client:
    """One keep-alive connection that sends the same request again and again."""

    def __init__(self, address: tuple[str, int], request: bytes, status: bytes) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request, self._status = request, b"HTTP/1.1 " + status
        self._buffer, self._wanted = b"", 0
        self._began = 0.0

    def send(self) -> None:
        self._buffer, self._wanted = b"", 0
        self._began = time.perf_counter()
        self.socket.sendall(self._request)

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


def run(port: int, request: bytes, status: int, *, seconds: float, connections: int) -> Load:
    """Keep `connections` requests in flight for so long. Raises WrongAnswerError at a wrong status."""
    clients = [_Client(("127.0.0.1", port), request, str(status).encode()) for _ in range(connections)]
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.send()
        began = time.perf_counter()
        until, flying = began + seconds, len(clients)
        while flying:
            ready = deque(selector.select(timeout=10))
            if not ready:
                raise WrongAnswerError("The server did not answer for 10 s.")
            for key, _ in ready:
                took = key.data.receive()
                if not took:
                    continue
                latencies.append(took * 1000)
                if time.perf_counter() < until:
                    key.data.send()
                else:
                    flying -= 1
        took = time.perf_counter() - began
    for client in clients:
        client.socket.close()
    return Load(len(latencies), took, latencies)


def tree(root: int) -> list[int]:
    """A process and all that it started."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, todo = [], deque([root])
    while todo:
        found.append(todo.popleft())
        todo.extend(children.get(found[-1], ()))
    return found


def cpu_seconds(processes: list[int]) -> float:
    """User and system time that they have used so far; the kernel counts it to 10 ms a process."""
    total = 0
    for each in processes:
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS
