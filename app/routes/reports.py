"""Browsers' reports of breaches of our pages' policies: who tried to frame a panel and is not listed."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, request
from limits import parse

from app.errors import StoreUnavailable, WrongMediaType
from app.health.diagnosis import POPUP_BLOCKED
from app.web.limits import whose_address
from app.web.parts import parts
from app.web.reports import refused_ancestors

blueprint = Blueprint("reports", __name__)
TYPES = {"application/csp-report", "application/reports+json"}
MAX_BYTES = 16_384
RATE = parse("60/minute")  # of one address; a report is a hint, and the first of a kind says all


@blueprint.post("/reports/panel")
def panel() -> Response:
    """A panel of ours says that its viewer's browser kept the sign-in window from opening. Counted, and no more."""
    p = parts()
    p.limits.spend(RATE, "reports", whose_address(request.remote_addr))
    connection = request.args.get("connection", "")
    if connection in p.connections:
        p.figures.count(connection, "", POPUP_BLOCKED)
    return Response(status=204)


@blueprint.post("/reports/csp")
def csp() -> Response:
    """Anybody may send anything: what is taken is an origin, for a connection that exists. Never answers more.

    Raises WrongMediaType, RateLimited. https://www.w3.org/TR/CSP3/#reporting
    """
    p = parts()
    p.limits.spend(RATE, "reports", whose_address(request.remote_addr))
    if request.mimetype not in TYPES:
        raise WrongMediaType("A report is sent as application/csp-report or application/reports+json.")
    request.max_content_length = MAX_BYTES
    own = p.settings.server.public_url
    found = refused_ancestors(request.get_data(cache=False), request.headers.get("Referer", ""), own)
    p.metrics.count("csp_reports", outcome="framing" if found else "other")
    connection = request.args.get("connection", "")
    if connection in p.connections:
        with suppress(StoreUnavailable):  # nobody waits for it, and the next one may be kept
            for origin in dict.fromkeys(filter(None, found)):
                p.framings.count(connection, origin)
    return Response(status=204)
