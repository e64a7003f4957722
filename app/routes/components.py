"""Fragments for sessions: one by GET (a frame's polling), or up to 200 by one form POST (elements)."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from app.answer import State
from app.errors import BadRequest, WrongMediaType
from app.launch import MAX_RECORDS, Record
from app.routes._open import open_to_pages
from app.routes._session import bearer, origins_of, session_of, written
from app.session.bearer import Session
from app.web.headers import whole_headers
from app.web.memory.ready import Key, key_of
from app.web.parts import parts
from app.web.prepared import Prepared, Whole
from app.web.shown import Item, Shown, as_json

blueprint = Blueprint("components", __name__)
open_to_pages(blueprint, "/components/<tag>", "/components:batch")
ITEM = b"item="  # as every browser writes the name
MAX_PAIR = 500  # bytes of an item that is remembered as it was read


@blueprint.get("/components/<tag>")
def one(tag: str) -> Response:
    """The fragment of one record for the session of a bearer token; 304 when it is the one of `If-None-Match`.

    What it says of itself stands in `Inlay-State`. Raises SessionInvalid, BadRequest, RateLimited, StoreUnavailable.
    """
    session, environ = session_of(bearer()), request.environ
    [shown] = parts().fragments.show(session, [Item(tag, _record(environ["QUERY_STRING"]))])
    fragment = shown.fragment
    own = {"Content-Type": "text/html; charset=utf-8", "ETag": fragment.etag, "Inlay-State": fragment.state}
    if fragment.state == State.UNAVAILABLE:
        own["Retry-After"] = "1"
    return _kept(session, key_of(environ), [shown], fragment.body, own, fragment.status)


@blueprint.post("/components:batch")
def batch() -> Response:
    """Fragments for up to 200 items, each `<tag> <record> <etag>`, in one form: no preflight, and the token in no
    address.

    Raises BadRequest, WrongMediaType, SessionInvalid, RateLimited, StoreUnavailable.
    """
    if request.mimetype != "application/x-www-form-urlencoded":
        raise WrongMediaType("Send a form: application/x-www-form-urlencoded.")
    p, form = parts(), request.get_data()
    pairs = form.split(b"&")
    words = [_read(pair) for pair in pairs if not pair.startswith(ITEM)]
    session = session_of(next((value for name, value in words if name == "token"), ""))
    items = [_known_item(pair) if len(pair) <= MAX_PAIR else _item(pair) for pair in pairs if pair.startswith(ITEM)]
    if not 0 < len(items) <= MAX_RECORDS:
        raise BadRequest(f"Ask for 1 to {MAX_RECORDS} items.", reason="items-count")
    shown = p.fragments.show(session, items)
    wanted = [value for name, value in words if name == "style"]
    styles = {tag: p.catalog.styles(tag) for tag in wanted if p.fragments.may_open(session, tag)}
    body = written(as_json(shown, [item.etag for item in items]), styles=styles)
    return _kept(session, key_of(request.environ, form), shown, body, {"Content-Type": "application/json"})


def _kept(
    session: Session, key: Key, shown: list[Shown], body: bytes, own: dict[str, str], status: int = 200
) -> Response:
    """The whole answer, kept for the same question as long as all of it holds."""
    p = parts()
    server = p.settings.server
    headers, etag = whole_headers(server.public_url, own), own.get("ETag", "")
    whole = Whole(body, headers, status=status, etag=etag, zips=server.compression)
    p.ready.keep(
        key,
        whole,
        session=session,
        origins=origins_of(session, server.public_url),
        connection=p.connections.get(session.connection).settings,
        about=frozenset(each.about for each in shown),
        epoch=min(each.epoch for each in shown),
        until=min(each.until for each in shown),
    )
    return Prepared(whole)


@lru_cache(4096)
def _record(query: str) -> Record:
    """The `record` of a query: a panel asks with the same one every time. Raises BadRequest."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return Record.parse(next((value for name, value in pairs if name == "record"), ""))


def _read(pair: bytes) -> tuple[str, str]:
    """Name and value of one pair of a form."""
    found = parse_qsl(pair.decode("utf-8", "replace"), keep_blank_values=True)
    return found[0] if found else ("", "")


def _item(pair: bytes) -> Item:
    """Raises BadRequest."""
    tag, _, rest = _read(pair)[1].partition(" ")
    record, _, etag = rest.partition(" ")
    return Item(tag, Record.parse(record), "" if etag == "-" else etag)


_known_item = lru_cache(8192)(_item)  # pages ask for the same ones again and again
