"""Fragments for sessions: one by GET (a frame's polling), or up to 200 by one form POST (elements)."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from app.bearer import Session
from app.errors import BadRequest, WrongMediaType
from app.launch import MAX_RECORDS, Record
from app.routes._session import bearer, origins_of, session_of, written
from app.web.fragments import Item, Shown, as_json
from app.web.headers import OPEN_TO_PAGES, PREFLIGHT, whole_headers
from app.web.parts import parts
from app.web.prepared import Prepared, Whole

blueprint = Blueprint("components", __name__)
MAX_PAIR = 500  # bytes of a form's pair that is remembered as it was read


@blueprint.after_request
def open_to_pages(response: Response) -> Response:
    # failures: a script that may not read them could not say what went wrong
    response.headers.update(OPEN_TO_PAGES)
    return response


@blueprint.route("/components/<tag>", methods=["OPTIONS"])
@blueprint.route("/components:batch", methods=["OPTIONS"])
def preflight(tag: str = "") -> Response:  # noqa: ARG001 one of the addresses names it
    return Response(status=204, headers=dict(PREFLIGHT))


@blueprint.get("/components/<tag>")
def one(tag: str) -> Response:
    environ = request.environ
    proof = environ.get("HTTP_AUTHORIZATION", "").encode("utf-8", "surrogatepass")
    return Prepared(parts().ready.recall(proof, environ) or _one(tag, proof))


def _one(tag: str, proof: bytes) -> Whole:
    session = session_of(bearer())
    [shown] = parts().fragments.show(session, [Item(tag, Record.parse(_record(request.query_string)))])
    fragment = shown.fragment
    own = {"Content-Type": "text/html; charset=utf-8", "ETag": fragment.etag, "Inlay-State": fragment.state}
    return _kept(session, proof, [shown], fragment.body, own, fragment.status)


@blueprint.post("/components:batch")
def batch() -> Response:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise WrongMediaType("Send a form: application/x-www-form-urlencoded.")
    form = request.get_data()
    return Prepared(parts().ready.recall(form, request.environ) or _batch(form))


def _batch(form: bytes) -> Whole:
    p, pairs = parts(), [_remembered(pair) if len(pair) <= MAX_PAIR else _pair(pair) for pair in form.split(b"&")]
    session = session_of(next((value for name, value in pairs if name == "token"), ""))
    items = [_item(value) for name, value in pairs if name == "item"]
    if not 0 < len(items) <= MAX_RECORDS:
        raise BadRequest(f"Ask for 1 to {MAX_RECORDS} items.", reason="items-count")
    shown = p.fragments.show(session, items)
    wanted = [value for name, value in pairs if name == "style"]
    styles = {tag: p.catalog.styles(tag) for tag in wanted if p.fragments.may_open(session, tag)}
    body = written(as_json(shown, [item.etag for item in items]), styles=styles)
    return _kept(session, form, shown, body, {"Content-Type": "application/json"})


def _kept(
    session: Session, proof: bytes, shown: list[Shown], body: bytes, own: dict[str, str], status: int = 200
) -> Whole:
    """The whole answer, kept for the same question as long as all of it holds."""
    p = parts()
    server = p.settings.server
    headers, etag = whole_headers(server.public_url, own), own.get("ETag", "")
    whole = Whole(body, headers, status=status, etag=etag, zips=server.compression)
    p.ready.keep(
        proof,
        request.environ,
        whole,
        session=session,
        origins=origins_of(session),
        connection=p.connections.get(session.connection).settings,
        epoch=min(each.epoch for each in shown),
        until=min(each.until for each in shown),
    )
    return whole


@lru_cache(4096)
def _record(query: bytes) -> str:
    """The `record` of a query: a panel asks with the same one every time."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return next((value for name, value in pairs if name == "record"), "")


def _pair(pair: bytes) -> tuple[str, str]:
    """Name and value of one pair of a form."""
    found = parse_qsl(pair.decode("utf-8", "replace"), keep_blank_values=True)
    return found[0] if found else ("", "")


_remembered = lru_cache(8192)(_pair)  # pages ask for the same items again and again


def _item(text: str) -> Item:
    tag, _, rest = text.partition(" ")
    record, _, etag = rest.partition(" ")
    return Item(tag, Record.parse(record), "" if etag == "-" else etag)
