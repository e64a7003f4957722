"""The answer before Flask: what the road made and is still the answer is sent from here; the rest walks the road.

It decides nothing. `Ready` says whether an answer holds; whoever asks in another form than panels and elements do, or
for something else, or sends a body that cannot be read in one piece, goes on to the road as if nothing stood here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any, NoReturn

from app.metrics import Metrics
from app.web.memory.ready import Ready, key_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ONE, MANY = "/components/<tag>", "/components:batch"  # the road's names of them, for the same metrics
_ONE = ONE.removesuffix("<tag>")
_FORM = "application/x-www-form-urlencoded"
FORMS = frozenset({_FORM, f"{_FORM};charset=utf-8"})  # as browsers write it; in other spellings the road reads it
_MAX_DIGITS = 6  # of a body's length: more than the road takes; what is longer is not read here


class Hot:
    """The WSGI layer. It stands within the one that lends permits to whoever reads a body."""

    def __init__(self, app: WSGIApplication, ready: Ready, metrics: Metrics) -> None:
        self._app, self._ready, self._metrics = app, ready, metrics
        self._one, self._many = (metrics.place("request_seconds", route=each) for each in (ONE, MANY))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        timed, form = self._many, None
        if method == "GET" and path.startswith(_ONE):
            timed = self._one
        elif method != "POST" or path != MANY or (form := _form(environ)) is None:
            return self._app(environ, start_response)
        kept = self._ready.recall(key_of(environ, form), environ.get("HTTP_ORIGIN"))
        if kept is None:
            return self._app(environ, start_response)
        status, headers, body = kept.whole.sent(environ)
        self._metrics.tick(kept.counters, timed, time.perf_counter() - began)
        start_response(status, list(headers))
        return [body]


class _Unread:
    """A body whose reading failed: it fails in the same way where the road reads it, which has the answer to that."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, _size: int = -1) -> NoReturn:
        raise self._error


def _form(environ: WSGIEnvironment) -> bytes | None:
    """The form, which the road finds as it was; None, and nothing is read, unless it is as browsers send one."""
    length = environ.get("CONTENT_LENGTH", "")
    plain = length.isascii() and length.isdigit() and len(length) <= _MAX_DIGITS
    if not plain or "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_TYPE", "").lower() not in FORMS:
        return None
    try:
        form = _read(environ["wsgi.input"], int(length))
    except Exception as error:  # noqa: BLE001 whatever it is: it is not for this layer to answer
        environ["wsgi.input"] = _Unread(error)
        return None
    environ["wsgi.input"] = BytesIO(form)
    return form


def _read(body: Any, size: int) -> bytes:
    """So many bytes, fewer where the client sent fewer: a server may hand them over in pieces."""
    form: bytes = body.read(size)
    while len(form) < size and (more := body.read(size - len(form))):
        form += more
    return form
