"""urllib3's connections, guarded: no forbidden peer, no answer past its deadline, no endless headers."""

from __future__ import annotations

import http.client
import io
import logging
import socket
import time
from typing import Any, ClassVar

from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from app.errors import AddressRefused, AnswerTooLarge
from app.net.addresses import AddressRule

MAX_HEAD_BYTES = 65_536  # status line and headers; the standard library alone would take 6.5 MB

# urllib3 logs the addresses that it calls; ours carry record ids, which no log may hold.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


def guarded_pools(rule: AddressRule, **options: Any) -> PoolManager:
    """Keep-alive pools whose connections obey `rule`. No proxy is read from the environment."""

    class Plain(_Guarded):
        pass

    class Secure(_Guarded, HTTPSConnection):
        pass

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    Plain.rule = Secure.rule = rule
    pools = PoolManager(retries=False, **options)
    pools.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return pools


class _Wire(io.RawIOBase):
    """Reads a socket until one deadline for all reads together; a socket's own timeout is for each alone."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._raw = sock.makefile("rb", buffering=0)
        timeout = sock.gettimeout()  # urllib3 has just set what is left of the whole call's time
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._head_left: int | None = MAX_HEAD_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        _spend(self._socket, self._deadline)
        count = self._raw.readinto(buffer)
        if self._head_left is not None:
            self._head_left -= count or 0
            if self._head_left < 0:
                raise AnswerTooLarge(reason="headers-too-large")
        return count

    def head_is_read(self) -> None:
        self._head_left = None

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self._wire = _Wire(sock)
        self.fp = io.BufferedReader(self._wire)

    def begin(self) -> None:
        super().begin()
        self._wire.head_is_read()


class _Guarded(HTTPConnection):
    rule: ClassVar[AddressRule]
    response_class = _BoundedResponse

    def _new_conn(self) -> socket.socket:
        """Connect to the first address that answers, of those that the rule allows, all within one timeout.

        The address that was judged is the one that is connected to: there is no second lookup in between that
        could answer another. (The lookup itself is the system's and keeps the system's own timeout.)
        """
        deadline = None if self.timeout is None else time.monotonic() + float(self.timeout)
        allowed = [entry for entry in self._resolve() if self.rule.allows(self.host, self.port, entry[4][0])]
        if not allowed:
            raise AddressRefused(reason="address-private")
        failure: OSError | None = None
        for family, kind, protocol, _, address in allowed:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _spend(sock, deadline)
                sock.connect(address)
                _spend(sock, deadline)  # a TLS handshake, if one follows, has the rest only
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "no address answered in time") from failure
        raise NewConnectionError(self, "no address answered") from failure

    def _resolve(self) -> list[tuple[Any, ...]]:
        try:
            return list(socket.getaddrinfo(self._dns_host, self.port, 0, socket.SOCK_STREAM))
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except UnicodeError as error:  # a label that is empty or too long
            raise NewConnectionError(self, "not a host's name") from error


def _spend(sock: socket.socket, deadline: float | None) -> None:
    """Give the socket's next step what is left until the deadline."""
    if deadline is None:
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline passed")
    sock.settimeout(left)
