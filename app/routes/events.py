"""Events from hosts: verified, queued, answered at once."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from app.errors import InlayError, LaunchRefused, StoreUnavailable, WrongMediaType
from app.events import EventRefused
from app.web.failures import problem, translated
from app.web.parts import parts

blueprint = Blueprint("events", __name__)


@blueprint.post("/events/<connection>")
def take(connection: str) -> Response:
    p = parts()
    try:
        records = _taken(connection)
    except (InlayError, HTTPException) as error:
        ours = translated(error)
        p.metrics.count("events", outcome=ours.code)
        if not isinstance(ours, StoreUnavailable):  # else there is nowhere to write it
            known = connection if connection in p.connections else ""
            p.audit.write("event.refused", connection=known, reason=ours.reason)
        return problem(ours)
    p.metrics.count("events", outcome="accepted")
    p.wake_jobs()
    response = jsonify({"records": records})
    response.status_code = 202
    return response


def _taken(connection: str) -> int:
    p = parts()
    if request.mimetype != "application/json":
        raise WrongMediaType("An event is sent as application/json.")
    body = request.get_data(cache=False)
    try:
        known = p.connections.get(connection)
    except LaunchRefused as unknown:  # answered as a wrong signature is: nobody learns which connections exist
        raise EventRefused(reason=unknown.reason) from unknown
    return p.events.accept(known, dict(request.headers), body)
