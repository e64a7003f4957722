"""A prepared answer goes out as the framework would have sent it, without being looked through again."""

from __future__ import annotations

import pytest
from flask import Response
from werkzeug.test import create_environ, run_wsgi_app

from app.web.prepared import Prepared

HEADERS = (("Content-Type", "text/html; charset=utf-8"), ("ETag", '"abc"'), ("Inlay-State", "ready"))
BODY = "<p>72 – high</p>".encode()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("status", [200, 304, 403, 503])
def test_it_is_sent_as_an_ordinary_response_is(method: str, status: int) -> None:
    environ = create_environ(method=method)
    body = b"" if status == 304 else BODY
    ours, theirs = (run_wsgi_app(kind(body, status, HEADERS), environ, buffered=True) for kind in (Prepared, Response))
    assert b"".join(ours[0]) == b"".join(theirs[0])
    assert ours[1] == theirs[1]
    assert sorted(ours[2]) == sorted(theirs[2])


def test_what_is_added_or_compressed_later_still_goes_out() -> None:
    response = Prepared(BODY, 200, HEADERS)
    response.headers["Strict-Transport-Security"] = "max-age=1"
    response.set_data(b"smaller")
    body, _, headers = run_wsgi_app(response, create_environ(), buffered=True)
    assert b"".join(body) == b"smaller"
    assert headers["Content-Length"] == "7"
    assert headers["Strict-Transport-Security"] == "max-age=1"
    assert headers["ETag"] == '"abc"'


def test_one_answer_does_not_change_the_next() -> None:
    Prepared(BODY, 200, HEADERS).headers["X"] = "1"
    assert "X" not in Prepared(BODY, 200, HEADERS).headers
