"""A steady load from many clients: requests go out when it is their time, however long the others take."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CUT, REFUSED = 0, -1
GIVEN_UP_S = 15.0  # a request that is not answered then never was


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to a port of this machine; `kind` is the sender's word for it."""

    kind: str
    port: int
    request: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one, timed from the moment when it was due."""

    kind: str
    at: float  # seconds from the load's beginning
    took_s: float
    status: int  # CUT: the connection broke, or nobody answered; REFUSED: nobody took it at all
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def state(self) -> str:
        return self.headers.get("inlay-state", "")


class _Line:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self.port, self.socket = port, socket.create_connection(("127.0.0.1", port), timeout=1)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ask: Ask | None = None
        self.due, self.heard = 0.0, b""

    def send(self, ask: Ask, due: float) -> None:
        self.ask, self.due, self.heard = ask, due, b""
        with contextlib.suppress(OSError):  # it was closed just now: then we hear it
            self.socket.sendall(ask.request)

    def whole(self) -> tuple[int, dict[str, str], bytes] | None:
        """The answer, once all of it is here."""
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if not found:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        status = int(first.split()[1])
        if headers.get("transfer-encoding") == "chunked":  # a page whose head comes before its content
            return (status, headers, body) if body.endswith(b"0\r\n\r\n") else None
        length = 0 if status in {204, 304} else int(headers["content-length"])
        return (status, headers, body) if len(body) >= length else None


class Load:
    """Sends `rate` asks in each second for so many seconds; then waits for what is still under way. `keep` says what
    is kept of each answer."""

    def __init__(
        self, asks: Iterator[Ask], rate: float, seconds: float, keep: Callable[[Seen], Seen] = lambda seen: seen
    ) -> None:
        self._asks, self._pause, self._seconds, self._keep = asks, 1 / rate, seconds, keep
        self._free: dict[int, list[_Line]] = defaultdict(list)
        self._busy: set[_Line] = set()
        self._selector = selectors.DefaultSelector()
        self.seen: list[Seen] = []
        self.began = 0.0
        self.lines = 0  # connections that were made

    def run(self) -> list[Seen]:
        self.began = due = time.monotonic()
        ends = self.began + self._seconds
        while due < ends or self._busy:
            now = time.monotonic()
            if now > ends + GIVEN_UP_S:
                break
            while due <= now and due < ends:
                self._send(next(self._asks), due)
                due += self._pause
            wait = due - time.monotonic() if due < ends else 0.1
            for key, _ in self._selector.select(max(wait, 0.0)):
                self._hear(key.data)
        for line in list(self._busy):
            self._note(line, CUT, {}, b"")
        for lines in self._free.values():
            for line in lines:
                line.socket.close()
        self._selector.close()
        return self.seen

    def _send(self, ask: Ask, due: float) -> None:
        try:
            line = self._free[ask.port].pop() if self._free[ask.port] else self._connected(ask.port)
        except OSError:
            self.seen.append(Seen(ask.kind, due - self.began, time.monotonic() - due, REFUSED, {}, b""))
            return
        self._busy.add(line)
        line.send(ask, due)

    def _connected(self, port: int) -> _Line:
        line = _Line(port)
        self.lines += 1
        self._selector.register(line.socket, selectors.EVENT_READ, line)
        return line

    def _hear(self, line: _Line) -> None:
        try:
            part = line.socket.recv(262_144)
        except OSError:
            part = b""
        if not part:
            if line in self._busy:
                self._note(line, CUT, {}, b"")
            else:
                self._free[line.port].remove(line)
            self._drop(line)
            return
        line.heard += part
        if (answer := line.whole()) is not None:
            self._note(line, *answer)
            if answer[1].get("connection", "").lower() == "close":
                self._drop(line)
            else:
                self._free[line.port].append(line)

    def _note(self, line: _Line, status: int, headers: dict[str, str], body: bytes) -> None:
        assert line.ask is not None
        self._busy.discard(line)
        took = time.monotonic() - line.due
        self.seen.append(self._keep(Seen(line.ask.kind, line.due - self.began, took, status, headers, body)))

    def _drop(self, line: _Line) -> None:
        self._selector.unregister(line.socket)
        line.socket.close()


def quantile(seen: list[Seen], share: float) -> float:
    """Of how long they took, in milliseconds."""
    ordered = sorted(each.took_s for each in seen)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
