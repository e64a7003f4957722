"""How every answer leaves: refused in words, with the headers that all have, compressed."""

from __future__ import annotations

import gzip

from flask import Response, request
from markupsafe import Markup

from app.errors import InlayError
from app.web.failures import failure_headers, problem, translated
from app.web.headers import COMMON, over_tls, still_policy
from app.web.languages import asked_for
from app.web.parts import parts
from app.web.prepared import COMPRESS_FROM_BYTES, COMPRESS_LEVEL, gzipped, takes_gzip
from app.web.refusals import note_request

# Addresses that scripts and servers ask. Whoever opens one by hand is told in the same form.
_FOR_PROGRAMS = (
    "/api/", "/components", "/session", "/reviews", "/thumbs", "/satisfaction", "/events/", "/reports/", "/embed/",
    "/preview/wire/",
)  # fmt: skip


def refused(error: Exception) -> Response:
    """Whatever went wrong, as the problem document that it is; as a page to whoever looks at it in a browser."""
    ours = translated(error)
    note_request(parts(), ours)
    response = _page(ours) if _is_looked_at() else problem(ours)
    response.vary.add("Accept")
    return response


def _is_looked_at() -> bool:
    """Browsers name markup when they open an address, and not when a script asks for it (RFC 9110, section 12.5.1)."""
    return "text/html" in request.accept_mimetypes.values() and not request.path.startswith(_FOR_PROGRAMS)


def _page(error: InlayError) -> Response:
    """What happened, and where to go. Nobody may frame it."""
    p = parts()
    style = p.catalog.tokens_css + p.assets.page_css
    html = p.renderer.page(
        "failed.html",
        locale=asked_for(p.renderer.texts),
        style=Markup(style),  # noqa: S704 our own sheet
        code=error.code,
        status=error.status,
        message=error.detail,
        reference=error.reference,
    )
    response = Response(html, error.status, failure_headers(error), mimetype="text/html")
    response.headers["Content-Security-Policy"] = still_policy((), style)
    return response


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
