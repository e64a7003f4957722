"""The designers' preview: its page, the panels and hosts' pages that it shows, and what it is made of as JSON.

Registered only where the preview is switched on. Everything here is of stories; no session, no connection and no
database is within its reach.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Redirect

from app.errors import BadRequest, NotFound
from app.preview import contrast, described
from app.preview.book import Book, Edition
from app.preview.looks import HostLooks, Look
from app.preview.scene import Scene
from app.preview.shelf import File
from app.preview.wire import LASTS_S, said
from app.web.headers import NOBODY, panel_policy, still_policy, style_hash

blueprint = Blueprint("preview", __name__, url_prefix="/preview")
ASSETS = "/preview/assets"
_MODULES = (  # what main.js imports, fetched at once and not one after another
    "dom", "state", "tree", "top", "canvas", "states", "matrix", "contrast", "tools", "checks", "inspect",
    "controls", "access", "source", "logs", "compare",
)  # fmt: skip
_PROBE_S, _BEAT_S = 0.1, 10.0  # how often files are looked at, and how often a silent stream says that it lives
_OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
    f"img-src 'self' data:; base-uri {NOBODY}; form-action {NOBODY}; frame-ancestors {NOBODY}; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a panel's page shows first, and what its script needs to know."""

    content: Markup
    launch: dict[str, object]


def book() -> Book:
    found: Book = current_app.extensions["inlay-preview"]
    return found


def origin() -> str:
    return request.host_url.rstrip("/")


@blueprint.get("")
@blueprint.get("/<tag>/<story>")
def app(tag: str = "", story: str = "") -> Response:  # noqa: ARG001 the page reads its own address
    """The preview itself; the same page for every story, so that each has an address."""
    edition = book().current()
    response = Response(
        edition.renderer.page("preview/app.html", assets=ASSETS, modules=_MODULES), mimetype="text/html"
    )
    response.headers["Content-Security-Policy"] = _OWN
    return response


@blueprint.get("/")
def slashed() -> Redirect:
    return redirect("/preview")


@blueprint.get("/manifest.json")
def manifest() -> Response:
    return jsonify(described.manifest(book().current(), live=book().watch))


@blueprint.get("/contrast.json")
def contrasts() -> Response:
    return jsonify(contrast.sheet(book().current()))


@blueprint.get("/source/<tag>/<story>")
def source(tag: str, story: str) -> Response:
    return jsonify(described.source(book().current(), _scene(tag, story), origin()))


@blueprint.get("/assets/<path:path>")
def asset(path: str) -> Response:
    shelf = book().current().shelf
    return _sent(shelf.loader(origin()) if path == "embed/inlay.js" else shelf[path])


@blueprint.get("/frame/<tag>/<story>")
def frame(tag: str, story: str) -> Response:
    """The panel as its host frames it: the same page, script and headers, with the preview as the host."""
    edition, scene = book().current(), _scene(tag, story)
    try:
        first = said(edition, scene, tag)
    except BadRequest as error:
        if isinstance(error, NotFound):
            raise
        return _refused(edition, error)
    component, nonce, style = scene.component(edition), secrets.token_urlsafe(16), edition.catalog.styles(tag)
    launch = {
        "token": scene.token(time.time()), "expires_in": LASTS_S, "component": tag, "record": first.record,
        "etag": first.etag, "origin": origin(), "connection": "preview",
    }  # fmt: skip
    content = _Content(Markup(first.html), launch)  # noqa: S704 rendered by us
    html = edition.renderer_for(scene.locale_in(edition)).page(
        "preview/frame.html",
        locale=scene.locale_in(edition),
        style=Markup(style),  # noqa: S704 our own sheet
        nonce=nonce,
        theme=scene.theme,
        probe_url=f"{ASSETS}/probe.js",
        frame_url=f"{ASSETS}/embed/frame-plain.js",
        script_url=f"{ASSETS}/{component.script}" if component.script else "",
        assets={
            "change": f"{ASSETS}/embed/change-plain.js",
            "htmx": f"{ASSETS}/vendor/htmx.min.js",
        },
        answers=described.answers(tag),
        sign_in=False,
        flush="",
        show=lambda: content,
    )
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = panel_policy(
        (origin(),), origin(), nonce, style, exports=described.answers(tag) == "analysis"
    )
    return response


@blueprint.get("/host/<host>/<look>/<tag>/<story>")
def host(host: str, look: str, tag: str, story: str) -> Response:
    """A host's page with the panel in it: as an iframe, or as an element with `mount=element`."""
    edition, scene = book().current(), _scene(tag, story)
    found, shown = _look(edition, host, look)
    mount = request.args.get("mount", "frame")
    query = request.query_string.decode("latin-1")
    return _page(edition, "preview/host.html", shown.style, host=found, look=shown, tag=tag, story=story, mount=mount,
                 query=query, **_element(edition, scene))  # fmt: skip


@blueprint.get("/element/<tag>/<story>")
def element(tag: str, story: str) -> Response:
    """The element alone on a white page."""
    edition, scene = book().current(), _scene(tag, story)
    return _page(edition, "preview/element.html", ":root{color-scheme:light dark}", tag=tag, theme=scene.theme,
                 **_element(edition, scene))  # fmt: skip


@blueprint.get("/events")
def events() -> Response:
    """A stream that says when a file has changed; only where files are watched, since it holds a thread."""
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


def _scene(tag: str, story: str) -> Scene:
    return Scene.read(tag, story, request.args.items())


def _look(edition: Edition, host: str, look: str) -> tuple[HostLooks, Look]:
    found = edition.looks.get(host)
    if found is None or look not in found.looks:
        raise NotFound(reason="look-unknown")
    return found, found.looks[look]


def _element(edition: Edition, scene: Scene) -> dict[str, str]:
    """What a page with an element needs; of args that are wrong, the words."""
    try:
        params = scene.params(edition)
    except NotFound:
        raise
    except BadRequest as error:
        return {"token": "", "record": "", "error": error.detail}
    return {"token": scene.token(time.time()), "record": params.get("record", ""), "error": ""}


def _page(edition: Edition, template: str, style: str, **params: Any) -> Response:
    """A page of a pretended host, with a policy as strict as hosts' are."""
    nonce = secrets.token_urlsafe(16)
    html = edition.renderer.page(template, style=Markup(style), nonce=nonce, assets=ASSETS, **params)  # noqa: S704 ours
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' {style_hash(style)}; connect-src 'self'; "
        f"frame-src 'self'; img-src data:; frame-ancestors 'self'; base-uri {NOBODY}; form-action {NOBODY}"
    )
    return response


def _refused(edition: Edition, error: BadRequest) -> Response:
    style = edition.catalog.tokens_css
    html = edition.renderer.page("preview/refused.html", style=Markup(style), detail=error.detail)  # noqa: S704 our own
    response = Response(html, error.status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = still_policy((origin(),), style)
    return response


def _sent(file: File) -> Response:
    response = Response(file.body, content_type=f"{file.media_type}; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(file.etag.strip('"'))
    response.make_conditional(request)
    return response
