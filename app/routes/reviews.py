"""Verdicts: a viewer accepts, dismisses or overrides a finding, or takes that back; answered with the new fragment."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from app.analysis.reading import Reading
from app.errors import BadRequest, Denied, Unavailable, WrongMediaType
from app.figures.names import reviewed
from app.launch import Record
from app.review import Said
from app.routes._session import bearer, session_of, written
from app.session.bearer import Session
from app.web.headers import OPEN_TO_PAGES, PREFLIGHT
from app.web.parts import parts
from app.web.shown import Item, as_json

blueprint = Blueprint("reviews", __name__)
MAX_FIELDS = 20


@blueprint.after_request
def open_to_pages(response: Response) -> Response:
    response.headers.update(OPEN_TO_PAGES)
    return response


@blueprint.route("/reviews", methods=["OPTIONS"])
def preflight() -> Response:
    return Response(status=204, headers=dict(PREFLIGHT))


@blueprint.post("/reviews")
def give() -> Response:
    p, form = parts(), _form()
    session = session_of(form["token"] if "token" in form else bearer())
    connection = p.connections.get(session.connection)
    settings = connection.settings
    p.limits.spend_connection(settings, settings.limit_reviews, "reviews")
    said, record = Said.parse(form), Record.parse(form.get("record", ""))
    item = Item(form.get("component") or session.component, record)
    p.reviews.give(session, connection, item.tag, _reading(session, item), said)
    if said.verdict is not None:
        p.figures.count(connection.name, item.tag, reviewed(said.verdict))
    return Response(written(as_json(p.fragments.show(session, [item]))), mimetype="application/json")


def _form() -> Mapping[str, str]:
    """The fields of a form, or the texts of a JSON object."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return request.form.to_dict()
    if request.mimetype != "application/json":
        raise WrongMediaType("Send a form (application/x-www-form-urlencoded), or JSON.")
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or len(body) > MAX_FIELDS or not all(isinstance(each, str) for each in body.values()):
        raise BadRequest("Send one JSON object whose values are texts.", reason="review-malformed")
    return body


def _reading(session: Session, item: Item) -> Reading:
    """What the viewer may see of the document now. Raises Denied, Unavailable."""
    reading = parts().fragments.reading(session, item.tag, item.record)
    if not isinstance(reading, Reading):
        raise BadRequest("This component takes no reviews.", reason="review-component")
    if reading.state == "denied":
        raise Denied(reason="review-denied")
    if reading.state == "unavailable":
        raise Unavailable(reason="review-unavailable")
    return reading
