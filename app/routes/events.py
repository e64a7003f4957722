"""Events from hosts: verified, queued, answered at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from app.connections import Connection
from app.errors import InlayError, LaunchRefused, RateLimited, StoreUnavailable, Unavailable, WrongMediaType
from app.events.signatures import EventRefused, require_token
from app.hosts._event_forms import EventForm, Shown
from app.web.failures import problem, translated
from app.web.parts import parts
from app.web.refusals import charge, note_request, require_patience

blueprint = Blueprint("events", __name__)
_BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an event: how many records it was about, or what we were asked; and what the sender must hear."""

    records: int = 0
    question: str = ""
    answer: bytes = b""


@blueprint.post("/events/<connection>")
@blueprint.post("/events/<connection>/<token>")
def take(connection: str, token: str = "") -> Response:
    """`token` stands in the address of senders that can neither sign nor set a header. It is written nowhere."""
    p = parts()
    try:
        taken = _taken(connection, token)
    except (InlayError, HTTPException) as error:
        ours = translated(error)
        p.metrics.count("events", outcome=ours.code)
        return problem(_noted(ours, connection))
    if taken.question:
        p.metrics.count("events", outcome="asked")
        return Response(taken.question, mimetype="text/plain")
    p.metrics.count("events", outcome="accepted")
    p.wake_jobs()
    if taken.answer:
        return Response(taken.answer, mimetype=request.mimetype)
    response = jsonify({"records": taken.records})
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


def _taken(connection: str, token: str) -> Taken:
    p = parts()
    try:
        known = p.connections.get(connection)
    except LaunchRefused as unknown:  # answered as a wrong signature is: nobody learns which connections exist
        raise EventRefused(reason=unknown.reason) from unknown
    if not token and (question := p.notices.question(known, request.args)):
        return Taken(question=question)
    admit = partial(p.limits.spend_connection, known.settings, known.settings.limit_events, "events")
    if (form := _form(known, token)) is not None:
        body = request.get_data(cache=False)
        return Taken(p.events.accept_form(known, form, token or _bearer(), body, admit), answer=form.answer)
    if token:
        raise EventRefused(reason="event-address-unknown")
    if request.mimetype != "application/json":
        raise WrongMediaType("An event is sent as application/json.")
    body = request.get_data(cache=False)
    if known.settings.drives and "webhook-signature" not in request.headers:
        return Taken(p.notices.accept(known, body, admit))
    return Taken(p.events.accept(known, dict(request.headers), body, admit))


def _bearer() -> str:
    """What the sender showed in the header; empty where it is signed, or shows nothing."""
    said = request.headers.get("Authorization", "")
    return said.removeprefix(_BEARER) if said.startswith(_BEARER) and "webhook-signature" not in request.headers else ""


def _form(known: Connection, token: str) -> EventForm | None:
    """The form of the host's own that this is in. Raises EventRefused, WrongMediaType."""
    shown = Shown.ADDRESS if token else Shown.HEADER
    forms = [each for each in known.host.events if each.shown is shown and (token or _bearer())]
    found = next((each for each in forms if request.mimetype in each.media_types), None)
    if forms and found is None:
        require_token(known.settings.event_tokens, token or _bearer())
        types = ", ".join(sorted(name for each in forms for name in each.media_types))
        raise WrongMediaType(f"This event is sent as {types}.")
    return found
