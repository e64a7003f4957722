"""Events from hosts: verified, queued, answered at once."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.errors import InlayError, LaunchRefused, StoreUnavailable, WrongMediaType
from app.web.failures import problem
from app.web.parts import parts

blueprint = Blueprint("events", __name__)


@blueprint.post("/events/<connection>")
def take(connection: str) -> Response:
    p = parts()
    try:
        known = p.connections.get(connection)
        if request.mimetype != "application/json":
            raise WrongMediaType("An event is sent as application/json.")
        records = p.events.accept(known, dict(request.headers), request.get_data(cache=False))
    except (LaunchRefused, StoreUnavailable):
        raise  # a stranger's word, or nowhere to write it
    except InlayError as error:
        p.audit.write("event.refused", connection=connection, reason=error.reason)
        return problem(error)
    p.wake_jobs()
    response = jsonify({"records": records})
    response.status_code = 202
    return response
