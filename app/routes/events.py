"""Events from hosts: verified, queued, answered at once."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from app.errors import InlayError, LaunchRefused, RateLimited, StoreUnavailable, Unavailable, WrongMediaType
from app.events import EventRefused
from app.web.failures import problem, translated
from app.web.parts import parts
from app.web.refusals import charge, note_request, require_patience

blueprint = Blueprint("events", __name__)


@blueprint.post("/events/<connection>")
def take(connection: str) -> Response:
    p = parts()
    try:
        question, records = _taken(connection)
    except (InlayError, HTTPException) as error:
        ours = translated(error)
        p.metrics.count("events", outcome=ours.code)
        return problem(_noted(ours, connection))
    if question:
        p.metrics.count("events", outcome="asked")
        return Response(question, mimetype="text/plain")
    p.metrics.count("events", outcome="accepted")
    p.wake_jobs()
    response = jsonify({"records": records})
    response.status_code = 202
    return response


def _noted(error: InlayError, connection: str) -> InlayError:
    """Write why; what to answer, which is to wait once an address was refused too often."""
    p = parts()
    if isinstance(error, RateLimited):
        note_request(p, error)
        return error
    if not isinstance(error, Unavailable):
        charge(p)
    try:
        require_patience(p)
    except RateLimited as wait:
        note_request(p, wait)
        return wait
    if not isinstance(error, StoreUnavailable):  # else there is nowhere to write it
        known = connection if connection in p.connections else ""
        write = partial(p.audit.write, "event.refused", connection=known, reason=error.reason)
        p.echoes.once("event", known, error.reason, write=lambda _: write())
    return error


def _taken(connection: str) -> tuple[str, int]:
    """The words to answer with, if we are only asked whether we want to be told; else how much was taken."""
    p = parts()
    try:
        known = p.connections.get(connection)
    except LaunchRefused as unknown:  # answered as a wrong signature is: nobody learns which connections exist
        raise EventRefused(reason=unknown.reason) from unknown
    if question := p.notices.question(known, request.args):
        return question, 0
    if request.mimetype != "application/json":
        raise WrongMediaType("An event is sent as application/json.")
    body, settings = request.get_data(cache=False), known.settings
    admit = partial(p.limits.spend_connection, settings, settings.limit_events, "events")
    if settings.drives and "webhook-signature" not in request.headers:
        return "", p.notices.accept(known, body, admit)
    return "", p.events.accept(known, dict(request.headers), body, admit)
