"""The designers' preview: its page, what it is made of as JSON, and a stream that says when a file has changed.

Registered only where the preview is switched on. Everything here is of stories; no session, no connection and no
database is within its reach.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Redirect

from app.errors import NotFound
from app.preview import contrast, described
from app.preview.book import Book
from app.preview.scene import Scene
from app.preview.shelf import File
from app.routes._preview import book, origin
from app.web.headers import NOBODY, OPEN_TO_PAGES, style_hash

blueprint = Blueprint("preview", __name__, url_prefix="/preview")
_PROBE_S, _BEAT_S = 0.1, 10.0  # how often files are looked at, and how often a silent stream says that it lives


@blueprint.get("")
@blueprint.get("/<tag>/<story>")
def app(tag: str = "", story: str = "") -> Response:  # noqa: ARG001 the page reads its own address
    """The preview itself; the same page for every story, so that each has an address. Whole in one answer: the script,
    the sheets and the manifest stand in it."""
    edition, nonce = book().current(), secrets.token_urlsafe(16)
    style = edition.shelf.own("app.css", "inspect.css")
    html = edition.renderer.page(
        "preview/app.html",
        nonce=nonce,
        style=style,
        script=edition.shelf.own("app.js"),
        manifest=Markup(described.manifest_json(edition, book().watch)),  # noqa: S704 escaped there
    )
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src {style_hash(style)}; connect-src 'self'; "
        f"frame-src 'self'; img-src data:; base-uri {NOBODY}; form-action {NOBODY}; frame-ancestors {NOBODY}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return response


@blueprint.get("/")
def slashed() -> Redirect:
    """The address that people type."""
    return redirect("/preview")


@blueprint.get("/manifest.json")
def manifest() -> Response:
    """Components, stories, hosts' looks and what the page can do with them; the page has it in itself, tests ask for
    it.
    """
    return Response(described.manifest_json(book().current(), book().watch), mimetype="application/json")


@blueprint.get("/contrast.json")
def contrasts() -> Response:
    """How every pair of our colours stands out, in every mode, by WCAG 2.2's contrast ratio:
    https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    return jsonify(contrast.sheet(book().current()))


@blueprint.get("/source/<tag>/<story>")
def source(tag: str, story: str) -> Response:
    """The story's files, what to write to embed it, its markup and sizes, and how long it took to render. Raises
    NotFound.
    """
    scene = Scene.read(tag, story, request.args.items())
    return jsonify(described.source(book().current(), scene, origin()))


@blueprint.get("/assets/<path:path>")
def asset(path: str) -> Response:
    """A script or a sheet as it is in the folder now; with `?v=` it may be kept."""
    shelf = book().current().shelf
    return _sent(shelf.loader(origin()) if path == "embed/inlay.js" else shelf[path])


@blueprint.get("/events")
def events() -> Response:
    """A stream that says when a file has changed; only where files are watched, since it holds a thread.

    Raises NotFound.
    """
    if not book().watch:
        raise NotFound(reason="preview-still")
    response = Response(_changes(book()), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    return response


def _changes(watched: Book) -> Iterator[str]:
    last, silent = watched.stamp(), 0.0
    yield f"data: {last}\n\n"
    while True:
        time.sleep(_PROBE_S)
        silent += _PROBE_S
        if (stamp := watched.stamp()) != last:
            last, silent = stamp, 0.0
            yield f"data: {stamp}\n\n"
        elif silent >= _BEAT_S:
            silent = 0.0
            yield ": still here\n\n"


def _sent(file: File) -> Response:
    response = Response(file.body, content_type=f"{file.media_type}; charset=utf-8")
    kept = "v" in request.args
    response.headers["Cache-Control"] = "private, max-age=86400, immutable" if kept else "no-cache"
    response.headers.update(OPEN_TO_PAGES)  # a frame in a sandbox has another origin, also to us
    response.set_etag(file.etag.strip('"'))
    response.make_conditional(request)
    return response
