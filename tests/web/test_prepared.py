"""An answer that is made whole goes out as the framework would have sent it, without being looked through again."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest
from flask import Response
from werkzeug.test import create_environ, run_wsgi_app

from app.web.prepared import Prepared, Whole, gzipped, takes_gzip

HEADERS = (("Content-Type", "text/html; charset=utf-8"), ("ETag", '"abc"'), ("Inlay-State", "ready"))
BODY = "<p>72 – high</p>".encode()
LONG = BODY * 100


def sent(whole: Whole, method: str = "GET", **asked: str) -> tuple[bytes, str, Any]:
    environ = create_environ(method=method, headers={name.replace("_", "-"): value for name, value in asked.items()})
    body, status, headers = run_wsgi_app(Prepared(whole), environ, buffered=True)
    return b"".join(body), status, headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("status", [200, 403, 503])
def test_it_is_sent_as_an_ordinary_response_is(method: str, status: int) -> None:
    theirs = run_wsgi_app(Response(BODY, status, HEADERS), create_environ(method=method), buffered=True)
    body, line, headers = sent(Whole(BODY, HEADERS, status=status), method)
    assert (body, line) == (b"".join(theirs[0]), theirs[1])
    assert sorted(headers) == sorted(theirs[2])


@pytest.mark.parametrize("known", ['"abc"', 'W/"abc"', '"x", "abc"', "*"])
def test_what_the_browser_has_is_not_sent_again(known: str) -> None:
    theirs = run_wsgi_app(Response(b"", 304, HEADERS), create_environ(), buffered=True)
    body, line, headers = sent(Whole(BODY, HEADERS, etag='"abc"'), If_None_Match=known)
    assert (body, line) == (b"", theirs[1])
    assert sorted(headers) == sorted(theirs[2])


@pytest.mark.parametrize("known", ["", '"abd"', '"'])
def test_what_it_has_of_something_else_is(known: str) -> None:
    assert sent(Whole(BODY, HEADERS, etag='"abc"'), If_None_Match=known)[:2] == (BODY, "200 OK")
    assert sent(Whole(BODY, HEADERS), If_None_Match='"abc"')[1] == "200 OK"  # it has none


def test_it_is_compressed_for_whoever_takes_that_and_when_it_is_worth_it() -> None:
    whole = Whole(LONG, HEADERS, zips=True)
    body, _, headers = sent(whole, Accept_Encoding="br, gzip")
    assert gzip.decompress(body) == LONG
    assert (headers["Content-Encoding"], headers["Content-Length"]) == ("gzip", str(len(body)))
    assert headers["Vary"] == "Accept-Encoding"
    plain, _, headers = sent(whole, Accept_Encoding="br")
    assert (plain, headers.get("Content-Encoding"), headers["Vary"]) == (LONG, None, "Accept-Encoding")
    for other in (Whole(BODY, HEADERS, zips=True), Whole(LONG, HEADERS)):
        assert "Content-Encoding" not in sent(other, Accept_Encoding="gzip")[2]


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [("gzip", True), ("gzip, deflate, br", True), ("gzip;q=0.1", True), ("*", True), ("", False), ("gzip;q=0", False)],
)
def test_who_takes_gzip(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


def test_one_answer_does_not_change_the_next() -> None:
    whole = Whole(BODY, HEADERS)

    def spoil(_status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        headers.append(("X", "1"))

    Prepared(whole)(create_environ(), spoil)
    assert "X" not in sent(whole)[2]


def test_each_part_can_be_read_when_it_has_arrived() -> None:
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    read = [reader.decompress(part) for part in gzipped([b"head" * 500, b"tail"], 5)]
    assert read == [b"head" * 500, b"tail", b""]
    assert reader.eof
