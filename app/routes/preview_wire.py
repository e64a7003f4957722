"""The preview's twins of our own addresses: sessions, fragments and reviews of stories, and of nothing else."""

from __future__ import annotations

import time
from collections.abc import Sequence

from flask import Blueprint, Response, jsonify, request

from app.errors import SessionInvalid
from app.preview import said_back
from app.preview.said_back import Back
from app.preview.scene import Scene, from_token
from app.preview.wire import LASTS_S, failing, said
from app.routes._open import open_to_pages
from app.routes._preview import book
from app.views import LISTS
from app.web.headers import COMMON

blueprint = Blueprint("preview_wire", __name__, url_prefix="/preview/wire")
open_to_pages(
    blueprint,
    "/session",
    "/session/renew",
    "/components/<tag>",
    "/components:batch",
    "/reviews",
    "/thumbs",
    "/satisfaction",
)


def _opened(token: str) -> tuple[Scene, float]:
    """The scene and how long it has been open. Raises what its network would, and SessionInvalid."""
    scene, began = from_token(token)
    failing(scene)
    return scene, time.time() - began


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise SessionInvalid(reason="token-missing")
    return token


@blueprint.post("/session")
def session() -> Response:
    """A session of a story, with its first fragments; its token says which story, and is good for nothing else."""
    scene, elapsed = _opened(request.form.get("subject_token", ""))
    tag = request.form.get("component") or scene.tag
    edition = book().current()
    fragments = [
        said(edition, scene, tag, record, elapsed).as_json() for record in request.form.getlist("records")[:200]
    ]
    return jsonify(_session(scene) | {"fragments": fragments, "styles": {tag: edition.catalog.styles(tag)}})


@blueprint.post("/session/renew")
def renew() -> Response:
    """The same story with a fresh token. Raises SessionInvalid, and whatever its network would."""
    scene, _ = _opened(request.form.get("token", ""))
    return jsonify(_session(scene))


@blueprint.get("/components/<tag>")
def one(tag: str) -> Response:
    """The story's fragment, with the headers that the road's has; 304 when it is the one of `If-None-Match`."""
    scene, elapsed = _opened(_bearer())
    known = request.headers.get("If-None-Match", "")
    found = said(book().current(), scene, tag, request.args.get("record", ""), elapsed, said_back.read(known))
    response = Response(found.html, found.status, mimetype="text/html")
    response.headers["ETag"], response.headers["Inlay-State"] = found.etag, found.state
    response.headers["Cache-Control"] = COMMON["Cache-Control"]
    if known == found.etag:
        response.status_code, response.data = 304, b""
    return response


@blueprint.post("/components:batch")
def batch() -> Response:
    """Fragments for up to 200 items, as `/components:batch` answers them."""
    scene, elapsed = _opened(request.form.get("token", ""))
    edition = book().current()
    fragments = []
    for text in request.form.getlist("item")[:200]:
        tag, _, rest = text.partition(" ")
        record, _, etag = rest.partition(" ")
        fragments.append(said(edition, scene, tag, record, elapsed, said_back.read(etag)).as_json(etag))
    return jsonify(
        {"fragments": fragments, "styles": {tag: edition.catalog.styles(tag) for tag in request.form.getlist("style")}}
    )


@blueprint.post("/reviews")
def reviews() -> Response:
    """A verdict, or several, answered with the state that follows from them. Raises BadRequest, SessionInvalid."""
    form, many = request.form.to_dict(), request.form.getlist("review")
    if not many:
        return _answered(said_back.read(form.get("decision", "")), [said_back.reviewed(form, time.time())])
    before = max((said_back.read(each.split(" ")[2]) for each in many if each.count(" ") == 3), key=len, default=())
    words = said_back.reviewed_many(many, time.time())
    results = [{"record": each.record, "verdict": each.word, "status": 200} for each in words]
    return _answered(before, words, results=results)


@blueprint.post("/thumbs")
def thumbs() -> Response:
    """A thumb, shown as it is pressed then. Raises BadRequest, SessionInvalid."""
    form = request.form.to_dict()
    return _answered(said_back.read(form.get("decision", "")), [said_back.thumbed(form, time.time())])


@blueprint.post("/satisfaction")
def satisfaction() -> Response:
    """An answer, thanked for. Raises BadRequest, SessionInvalid."""
    form = request.form.to_dict()
    return _answered(said_back.read(form.get("decision", "")), [said_back.satisfied(form, time.time())])


def _answered(before: Sequence[Back], new: Sequence[Back], **more: object) -> Response:
    """The story after what was said in it."""
    scene, elapsed = _opened(request.form.get("token") or _bearer())
    tag, record = request.form.get("component") or scene.tag, request.form.get("record", "")
    found = said(book().current(), scene, tag, "" if tag in LISTS else record, elapsed, (*before, *new))
    return jsonify({"fragments": [found.as_json()], **more})


def _session(scene: Scene) -> dict[str, object]:
    kind = "urn:ietf:params:oauth:token-type:access_token"
    token = scene.token(time.time())
    return {"access_token": token, "issued_token_type": kind, "token_type": "Bearer", "expires_in": LASTS_S}
