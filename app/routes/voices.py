"""What a viewer says beside verdicts: a thumb on an answer, how satisfied they are; answered with the new fragment."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from app.errors import WrongMediaType
from app.launch import Record
from app.review.feedback.voices import Thumb, parse_answer
from app.routes._open import open_to_pages
from app.routes._session import bearer, session_of, written
from app.session.bearer import Session
from app.web.parts import parts
from app.web.shown import Item, as_json

blueprint = Blueprint("voices", __name__)
open_to_pages(blueprint, "/thumbs", "/satisfaction")


@blueprint.post("/thumbs")
def thumb() -> Response:
    """An answer was of use, or not, and why. Raises BadRequest, WrongMediaType, SessionInvalid, Denied, RateLimited."""
    session, item, form = _asked()
    said, p = Thumb.parse(form), parts()
    told = p.fragments.reading(session, item.tag, item.record)
    p.voices.thumb(session, p.connections.get(session.connection), item.tag, item.record, told, said)
    return _shown(session, item)


@blueprint.post("/satisfaction")
def satisfaction() -> Response:
    """How satisfied the viewer is, asked once in 90 days; or that they do not want to say. Raises as `thumb` does."""
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
