"""Reviews: what a viewer says of a score or a finding, or of another's review; answered with the new fragment."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from app.answer import Answer, State
from app.connections import Connection
from app.errors import BadRequest, Denied, InlayError, Unavailable, WrongMediaType
from app.figures.names import reviewed
from app.launch import LISTED, Record
from app.machines.api.forms import MOST_MEMBERS, ReviewAsked
from app.machines.api.reading import read_object
from app.review.said import ReviewConflict, Said, ScoreGone, read_spoken
from app.routes import _batch as batch
from app.routes._open import open_to_pages
from app.routes._session import bearer, session_of, written
from app.session.bearer import Session
from app.views import LISTS, VIEWS
from app.web.failures import problem
from app.web.parts import parts
from app.web.shown import Item, as_json
from app.web.spoken import sentence
from app.web.stations import Told

blueprint = Blueprint("reviews", __name__)
open_to_pages(blueprint, "/reviews")
MANY = "reviews"
_OBJECT = "Send one JSON object whose values are texts."


@blueprint.post("/reviews")
def give() -> Response:
    """One verdict, or up to 200 on a list's records. What viewers cannot do is told them in their language.

    Raises BadRequest, WrongMediaType, SessionInvalid, Denied, RateLimited, Unavailable, StoreUnavailable; a conflict is
    answered 409 with the fragment that shows what somebody else said.
    """
    p, (form, many) = parts(), _sent()
    session = session_of(form["token"] if "token" in form else bearer())
    connection = p.connections.get(session.connection)
    if many:
        return _given(session, connection, form.get("component") or session.component, many)
    try:
        p.limits.spend_review(connection.settings, session.viewer.subject)
        asked = read_spoken(form, ReviewAsked)
        said, item = Said.of(asked), Item(asked.component or session.component, Record.parse(asked.record))
        p.reviews.give(session, connection, item.tag, item.record, _told(session, item), said)
    except InlayError as error:
        error.detail = sentence(p.renderer.texts, session.viewer, error)
        if isinstance(error, ReviewConflict):
            return _conflict(error, session, item)
        raise
    if said.verdict is not None:
        p.figures.count(connection.name, item.tag, reviewed(said.verdict))
    return Response(written(as_json(p.fragments.show(session, [item]))), mimetype="application/json")


def _given(session: Session, connection: Connection, tag: str, texts: list[str]) -> Response:
    """What came of each, and the list as it is now."""
    p, many = parts(), batch.read(texts)
    if not (tag in LISTS and VIEWS[tag].reviews):
        raise BadRequest("This component takes no reviews of many records.", reason="review-component")
    results = batch.give(p, session, connection, tag, many)
    p.epochs.look()
    shown = as_json(p.fragments.show(session, [Item(tag, LISTED)]))
    return Response(written(shown, results=results), mimetype="application/json")


def _conflict(error: ReviewConflict, session: Session, item: Item) -> Response:
    """The problem, with the fragment that shows what somebody else said."""
    response = problem(error)
    p = parts()
    p.epochs.look()  # what they said may have come in another process a moment ago
    shown = as_json(p.fragments.show(session, [item]))
    response.set_data(written(shown, **(response.get_json() or {})))
    return response


def _sent() -> tuple[Mapping[str, str], list[str]]:
    """The fields of a form, or the texts of a JSON object; and several reviews in one request: each a `review` of a
    form, or a text in the list `reviews` of the object."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return request.form.to_dict(), request.form.getlist("review")
    if request.mimetype != "application/json":
        raise WrongMediaType("Send a form (application/x-www-form-urlencoded), or JSON.")
    plain = read_object(request.get_data(cache=False), _OBJECT, "review-malformed")
    many = plain.pop(MANY, [])
    if not isinstance(many, list) or not all(isinstance(each, str) for each in many):
        raise BadRequest(f"{MANY} is a list of texts.", reason="reviews-malformed")
    if len(plain) > MOST_MEMBERS or not all(isinstance(each, str) for each in plain.values()):
        raise BadRequest(_OBJECT, reason="review-malformed")
    return plain, many


def _told(session: Session, item: Item) -> Told:
    """What the viewer may see of the record now. Raises Denied, Unavailable, ScoreGone."""
    told = parts().fragments.reading(session, item.tag, item.record)
    if not VIEWS[item.tag].reviews:
        raise BadRequest("This component takes no reviews.", reason="review-component")
    if told.state in (State.DENIED, State.OFF):
        raise Denied(reason="review-denied")
    if told.state is State.UNAVAILABLE:
        raise Unavailable(reason="review-unavailable")
    if isinstance(told, Answer) and told.score is None:
        raise ScoreGone(reason="review-without-score")
    return told
