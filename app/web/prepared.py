"""Answers that are made whole once and sent as they are: nothing is checked, completed or copied again for each."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.http import is_entity_header, parse_accept_header, parse_etags

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

COMPRESS_FROM_BYTES = 1000  # below, a packet is a packet
COMPRESS_LEVEL = 5

Pairs = Iterable[tuple[str, str]]
Sent = tuple[str, list[tuple[str, str]], bytes]  # status line, headers, body


class Whole:
    """A body with all of its headers; compressed, and as the news that nothing changed, once that is asked for."""

    def __init__(self, body: bytes, headers: Pairs, *, status: int = 200, etag: str = "", zips: bool = False) -> None:
        """`headers` are all but the length. `zips`: compressed for whoever takes that, when it is worth it."""
        self.etag, self._zips = etag, zips and len(body) >= COMPRESS_FROM_BYTES
        self._headers = (*headers, ("Vary", "Accept-Encoding")) if self._zips else tuple(headers)
        self._plain = _sent(status, self._headers, body)

    @property
    def size(self) -> int:
        """Bytes in memory, about."""
        return 1500 + len(self._plain[2]) * (2 if self._zips else 1)

    def sent(self, environ: WSGIEnvironment) -> Sent:
        """What to answer to this request. Nobody may change them: they are answered to the next one too."""
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and self.etag and (known == self.etag or _weakened(known, self.etag)):
            return self._unchanged
        if self._zips and takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            return self._zipped
        return self._plain

    @cached_property
    def _zipped(self) -> Sent:
        body = gzip.compress(self._plain[2], COMPRESS_LEVEL, mtime=0)
        return self._plain[0], [*_sent(200, self._headers, body)[1], ("Content-Encoding", "gzip")], body

    @cached_property
    def _unchanged(self) -> Sent:
        return _line(304), [each for each in self._headers if not is_entity_header(each[0])], b""


class Prepared(Response):
    """The same as Flask has it. It is no more than that: what changes answers passes it by."""

    def __init__(self, whole: Whole) -> None:
        self.whole = whole

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, body = self.whole.sent(environ)
        start_response(status, list(headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]  # a list goes out in one piece


@lru_cache(64)
def takes_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` has gzip."""
    return parse_accept_header(accepted)["gzip"] > 0


def _weakened(known: str, etag: str) -> bool:
    """A proxy that compresses weakens it."""
    return parse_etags(known).contains_weak(etag.strip('"'))


def _sent(status: int, headers: Pairs, body: bytes) -> Sent:
    return _line(status), [*headers, ("Content-Length", str(len(body)))], body


def _line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase.upper()}"


def gzipped(parts: Iterable[bytes], level: int) -> Iterator[bytes]:
    """One gzip stream, of which each part can be read as soon as it has arrived (RFC 1952)."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for part in parts:
        yield compressor.compress(part) + compressor.flush(zlib.Z_SYNC_FLUSH)
    yield compressor.flush()
