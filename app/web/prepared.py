"""Answers that were made whole before they were asked for: sent as they are, not checked and copied again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.datastructures import Headers
from werkzeug.http import remove_entity_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class _Whole(Headers):
    """Headers of our own making. To look at each again costs a third of an answer from memory."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._list = list(pairs)


class Prepared(Response):
    """A body with all of its headers but the length; of a 304 only the headers go out."""

    def __init__(self, body: bytes, status: int, headers: Iterable[tuple[str, str]]) -> None:
        super().__init__((body,), status, _Whole((*headers, ("Content-Length", str(len(body))))))
        self.size = len(body)

    def get_wsgi_headers(self, _: WSGIEnvironment) -> Headers:
        """Werkzeug would copy and complete them here; there is no location and no length to complete."""
        if self.status_code == 304:
            remove_entity_headers(self.headers)
        return self.headers

    def get_app_iter(self, environ: WSGIEnvironment) -> Iterable[bytes]:
        """Nothing is to be encoded, and nothing to be closed."""
        return () if self.status_code == 304 or environ["REQUEST_METHOD"] == "HEAD" else self.iter_encoded()
