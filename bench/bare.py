"""What Inlay is compared with on the server: a bare Flask route and a WSGI callable, each with a constant; and the
callable with all headers of a badge, which is what an answer of the same bytes costs when nothing is decided at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response

from app.web.headers import whole_headers

RAW, WHOLE, CONSTANT = "/raw", "/whole", "/constant"


def application() -> Callable[..., Iterable[bytes]]:
    """A WSGI callable; the body is in the file that `BENCH_BODY` names, as large as the badge."""
    body = Path(os.environ["BENCH_BODY"]).read_bytes()
    flask = Flask("bare", static_folder=None, template_folder=None)
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    whole = [*whole_headers("http://localhost", {"ETag": f'"{"0" * 16}"', "Inlay-State": "ready"}), *headers]

    @flask.get(CONSTANT)
    def constant() -> Response:
        return Response(body, mimetype="text/html")

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] in (RAW, WHOLE):
            start("200 OK", headers if environ["PATH_INFO"] == RAW else whole)
            return [body]
        return flask.wsgi_app(environ, start)

    return answer
