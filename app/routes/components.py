"""Fragments for sessions: one by GET (a frame's polling), or up to 200 by one form POST (elements)."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl

from flask import Blueprint, Response, jsonify, request

from app.errors import BadRequest, WrongMediaType
from app.launch import MAX_RECORDS, Record
from app.routes._session import as_json, bearer, session_of
from app.web.fragments import Item
from app.web.headers import OPEN_TO_PAGES, PREFLIGHT
from app.web.parts import parts
from app.web.prepared import Prepared

blueprint = Blueprint("components", __name__)


@blueprint.after_request
def open_to_pages(response: Response) -> Response:
    # failures too: a script that may not read them could not say what went wrong
    if not isinstance(response, Prepared):  # a fragment's headers are whole already
        response.headers.update(OPEN_TO_PAGES)
    return response


@blueprint.route("/components/<tag>", methods=["OPTIONS"])
@blueprint.route("/components:batch", methods=["OPTIONS"])
def preflight(tag: str = "") -> Response:  # noqa: ARG001 one of the addresses names it
    return Response(status=204, headers=dict(PREFLIGHT))


@blueprint.get("/components/<tag>")
def one(tag: str) -> Response:
    fragment = parts().fragments.show_one(session_of(bearer()), tag, _record(request.query_string))
    known = request.headers.get("If-None-Match", "")
    if known and (known == fragment.etag or _weakened(fragment.etag)):
        return Prepared(b"", 304, fragment.headers)
    return Prepared(fragment.html.encode(), fragment.status, fragment.headers)


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


@lru_cache(4096)
def _record(query: bytes) -> str:
    """The `record` of a query: a panel asks with the same one every time."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return next((value for name, value in pairs if name == "record"), "")


def _weakened(etag: str) -> bool:
    """A proxy that compresses weakens it."""
    return request.if_none_match.contains_weak(etag.strip('"'))


def _item(text: str) -> Item:
    tag, _, rest = text.partition(" ")
    record, _, etag = rest.partition(" ")
    return Item(tag, Record.parse(record), "" if etag == "-" else etag)
