"""The reading of request bodies: who sends slowly, or not at all, must not hold every thread of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from app.errors import Busy
from app.net.permits import Permits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WAIT_S = 0.1  # bodies that have arrived are read within a moment


class Bodies:
    """The WSGI layer that lends a permit to whoever reads a body; two threads are left for what has none.

    The server has no deadline for bodies: a thread waits for the next byte as long as the client likes. So a
    deployment that strangers reach belongs behind a proxy that takes requests in whole; this layer keeps
    polls, health and files answered whatever comes.
    """

    def __init__(self, app: WSGIApplication, threads: int) -> None:
        self._app = app
        self._permits = Permits(max(1, threads - 2))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            environ["wsgi.input"] = _Permitted(environ["wsgi.input"], self._permits)
        return self._app(environ, start_response)


class _Permitted:
    """A body that is read under a permit. Raises Busy when there is none."""

    def __init__(self, body: Any, permits: Permits) -> None:
        self._body, self._permits = body, permits

    def read(self, size: int = -1) -> bytes:
        try:
            with self._permits.take(WAIT_S):
                read: bytes = self._body.read(size)
                return read
        except Busy:
            raise Busy(reason="bodies-full", retry_after_s=1.0) from None
