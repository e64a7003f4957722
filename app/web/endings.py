"""How every answer leaves: refused in words, with the headers that all have, compressed."""

from __future__ import annotations

import gzip

from flask import Response, request

from app.web.failures import problem, translated
from app.web.headers import COMMON, over_tls
from app.web.parts import parts
from app.web.prepared import COMPRESS_FROM_BYTES, COMPRESS_LEVEL, gzipped, takes_gzip
from app.web.refusals import note_request


def refused(error: Exception) -> Response:
    """Whatever went wrong, as the problem document that it is."""
    ours = translated(error)
    note_request(parts(), ours)
    return problem(ours)


def finished(response: Response) -> Response:
    """Every answer leaves with the headers that all have, and smaller where that pays."""
    server = parts().settings.server
    for name, value in {**COMMON, **over_tls(server.public_url)}.items():
        response.headers.setdefault(name, value)
    if server.compression:
        _compress(response)
    return response


def _compress(response: Response) -> None:
    accepted = request.environ.get("HTTP_ACCEPT_ENCODING", "")
    if response.content_encoding is not None or response.direct_passthrough or not takes_gzip(accepted):
        return
    if response.is_streamed:
        response.response = gzipped(response.iter_encoded(), COMPRESS_LEVEL)
    elif (response.content_length or 0) >= COMPRESS_FROM_BYTES:
        response.set_data(gzip.compress(response.get_data(), COMPRESS_LEVEL, mtime=0))
    else:
        return
    response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
