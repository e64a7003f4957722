"""Fragments for sessions: one by GET (a frame's polling), or up to 200 by one form POST (elements)."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.errors import BadRequest, WrongMediaType
from app.launch import MAX_RECORDS, Record
from app.routes._session import as_json, bearer, session_of
from app.web.fragments import Item
from app.web.headers import OPEN_TO_PAGES, PREFLIGHT
from app.web.parts import parts

blueprint = Blueprint("components", __name__)


@blueprint.after_request
def open_to_pages(response: Response) -> Response:
    # failures too: a script that may not read them could not say what went wrong
    if "Access-Control-Allow-Origin" not in response.headers:
        response.headers.update(OPEN_TO_PAGES)
    return response


@blueprint.route("/components/<tag>", methods=["OPTIONS"])
@blueprint.route("/components:batch", methods=["OPTIONS"])
def preflight(tag: str = "") -> Response:  # noqa: ARG001 one of the addresses names it
    return Response(status=204, headers=dict(PREFLIGHT))


@blueprint.get("/components/<tag>")
def one(tag: str) -> Response:
    fragment = parts().fragments.show_one(session_of(bearer()), tag, request.args.get("record", ""))
    if request.if_none_match.contains_weak(fragment.etag.strip('"')):  # a proxy that compresses weakens it
        return Response(status=304, headers=fragment.headers)
    return Response(fragment.html, fragment.status, fragment.headers)


@blueprint.post("/components:batch")
def batch() -> Response:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise WrongMediaType("Send a form: application/x-www-form-urlencoded.")
    session = session_of(request.form.get("token", ""))
    items = [_item(text) for text in request.form.getlist("item")]
    if not 0 < len(items) <= MAX_RECORDS:
        raise BadRequest(f"Ask for 1 to {MAX_RECORDS} items.", reason="items-count")
    fragments = parts().fragments.show(session, items)
    wanted = request.form.getlist("style")
    body = {
        "fragments": [as_json(fragment, item.etag) for fragment, item in zip(fragments, items, strict=True)],
        "styles": {tag: parts().catalog.styles(tag) for tag in wanted if parts().fragments.may_open(session, tag)},
    }
    return jsonify(body)


def _item(text: str) -> Item:
    tag, _, rest = text.partition(" ")
    record, _, etag = rest.partition(" ")
    return Item(tag, Record.parse(record), "" if etag == "-" else etag)


