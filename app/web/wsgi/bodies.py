"""The reading of request bodies: who sends slowly, or much in little pieces, must not hold every thread of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from app.errors import Busy, TooLarge
from app.net.permits import Permits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WAIT_S = 0.1  # bodies that have arrived are read within a moment
MAX_PAIRS = 1_000  # of a form; the longest of ours names 200 records. Half a megabyte of "&" would parse for long
_FORM = "application/x-www-form-urlencoded"


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
            form = environ.get("CONTENT_TYPE", "").lower().startswith(_FORM)
            environ["wsgi.input"] = _Permitted(environ["wsgi.input"], self._permits, form)
        return self._app(environ, start_response)


class _Permitted:
    """A body that is read under a permit. Raises Busy when there is none, TooLarge for a form of many pairs."""

    def __init__(self, body: Any, permits: Permits, form: bool) -> None:
        self._body, self._permits, self._form = body, permits, form
        self._pairs = 0

    def read(self, size: int = -1) -> bytes:
        try:
            with self._permits.take(WAIT_S):
                read: bytes = self._body.read(size)
        except Busy:
            raise Busy(reason="bodies-full", retry_after_s=1.0) from None
        if self._form:
            self._pairs += read.count(b"&")
            if self._pairs >= MAX_PAIRS:
                raise TooLarge(reason="too-many-pairs")
        return read
