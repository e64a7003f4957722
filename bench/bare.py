"""What Inlay is compared with on the server: a bare Flask route and a WSGI callable, each with a constant."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response

RAW, CONSTANT = "/raw", "/constant"


def application() -> Callable[..., Iterable[bytes]]:
    """A WSGI callable; the body is in the file that `BENCH_BODY` names, as large as the badge."""
    body = Path(os.environ["BENCH_BODY"]).read_bytes()
    flask = Flask("bare", static_folder=None, template_folder=None)
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]

    @flask.get(CONSTANT)
    def constant() -> Response:
        return Response(body, mimetype="text/html")

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == RAW:
            start("200 OK", headers)
            return [body]
        return flask.wsgi_app(environ, start)

    return answer
