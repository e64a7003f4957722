"""What a viewer says beside verdicts: a thumb on an answer, how satisfied they are; answered with the new fragment."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from app.errors import WrongMediaType
from app.launch import Record
from app.review.feedback.voices import Thumb, parse_answer
from app.routes._session import bearer, session_of, written
from app.session.bearer import Session
from app.web.headers import OPEN_TO_PAGES, PREFLIGHT
from app.web.parts import parts
from app.web.shown import Item, as_json

blueprint = Blueprint("voices", __name__)


@blueprint.after_request
def open_to_pages(response: Response) -> Response:
    response.headers.update(OPEN_TO_PAGES)
    return response


@blueprint.route("/thumbs", methods=["OPTIONS"])
@blueprint.route("/satisfaction", methods=["OPTIONS"])
def preflight() -> Response:
    return Response(status=204, headers=dict(PREFLIGHT))


@blueprint.post("/thumbs")
def thumb() -> Response:
    session, item, form = _asked()
    said, p = Thumb.parse(form), parts()
    told = p.fragments.reading(session, item.tag, item.record)
    p.voices.thumb(session, p.connections.get(session.connection), item.tag, item.record, told, said)
    return _shown(session, item)


@blueprint.post("/satisfaction")
def satisfaction() -> Response:
    session, item, form = _asked()
    said, p = parse_answer(form), parts()
    p.voices.answered(session, p.connections.get(session.connection), item.tag, item.record, said)
    return _shown(session, item)


def _asked() -> tuple[Session, Item, Mapping[str, str]]:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise WrongMediaType("Send a form (application/x-www-form-urlencoded).")
    p, form = parts(), request.form.to_dict()
    session = session_of(form["token"] if "token" in form else bearer())
    settings = p.connections.get(session.connection).settings
    p.limits.spend_review(settings, session.viewer.subject)
    return session, Item(form.get("component") or session.component, Record.parse(form.get("record", ""))), form


def _shown(session: Session, item: Item) -> Response:
    return Response(written(as_json(parts().fragments.show(session, [item]))), mimetype="application/json")
