"""What the preview shows: panels as hosts frame them, pretended hosts' pages around them, all states on one page."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup

from app.errors import BadRequest, NotFound
from app.preview import described
from app.preview.book import Edition
from app.preview.looks import HostLooks, Look
from app.preview.scene import Scene
from app.preview.wire import LASTS_S, said
from app.routes._preview import book, origin, versioned
from app.web.headers import NOBODY, panel_policy, still_policy, style_hash

blueprint = Blueprint("preview_panels", __name__, url_prefix="/preview")


@dataclass(frozen=True, slots=True)
class _Content:
    """What a panel's page shows first, and what its script needs to know."""

    content: Markup
    launch: dict[str, object]


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
        probe=edition.shelf.own("probe.js"),
        frame_url=versioned(edition, "embed/frame-plain.js"),
        script_url=versioned(edition, component.script) if component.script else "",
        assets={
            # whole addresses: what a script of another origin imports, as it is in a sandbox, has no base
            "change": origin() + versioned(edition, "embed/change-plain.js"),
            "htmx": origin() + versioned(edition, "vendor/htmx.min.js"),
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
    """A host's page with the panel in it: as an iframe, also without an origin (`mount=sandbox`), as an element, also
    with a closed root (`element`, `closed`), or as markup of the page itself without any script (`page`)."""
    edition, scene = book().current(), _scene(tag, story)
    found, shown = _look(edition, host, look)
    mount = request.args.get("mount", "frame")
    query = request.query_string.decode("latin-1")
    return _page(edition, "preview/host.html", shown.style, scene, host=found, look=shown, mount=mount, query=query)


@blueprint.get("/element/<tag>/<story>")
def element(tag: str, story: str) -> Response:
    """The element alone on a white page; with `mount=page` its markup without any script."""
    edition, scene = book().current(), _scene(tag, story)
    mount = request.args.get("mount", "element")
    return _page(
        edition, "preview/element.html", ":root{color-scheme:light dark}", scene, mount=mount, theme=scene.theme
    )


@blueprint.get("/states/<tag>")
def states(tag: str) -> Response:
    """All states of a component side by side, each in a shadow root as an element has it: one page, no script."""
    edition = book().current()
    component, theme = edition.catalog[tag], Scene.read(tag, "", request.args.items()).theme or "light"
    scenes = [_scene(tag, name) for name in component.stories]
    panels = [Markup(scene.html(edition, f"s{n}")) for n, scene in enumerate(scenes)]  # noqa: S704 rendered by us
    sheet = edition.catalog.styles(tag)
    wide, scale = request.args.get("wide", 360, int), request.args.get("scale", 100, int)
    style = edition.shelf.own("states.css") + Markup(":root{{--wide:{}px;--scale:{}}}").format(wide, scale / 100)
    html = edition.renderer.page(
        "preview/states.html", tag=tag, style=style, sheet=Markup(sheet), theme=theme,  # noqa: S704 our own sheet
        inline=described.is_inline(tag), shown=zip(component.stories.values(), panels, strict=True),
    )  # fmt: skip
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {style_hash(style)} {style_hash(sheet)}; img-src data:; "
        f"frame-ancestors 'self'; base-uri {NOBODY}; form-action {NOBODY}"
    )
    return response


def _scene(tag: str, story: str) -> Scene:
    return Scene.read(tag, story, request.args.items())


def _look(edition: Edition, host: str, look: str) -> tuple[HostLooks, Look]:
    found = edition.looks.get(host)
    if found is None or look not in found.looks:
        raise NotFound(reason="look-unknown")
    return found, found.looks[look]


def _panel(edition: Edition, scene: Scene) -> dict[str, Any]:
    """What a page with a panel of a scene needs; of args that are wrong, the words."""
    sheet = Markup(edition.catalog.styles(scene.tag))  # noqa: S704 our own sheet
    try:
        params, html = scene.params(edition), Markup(scene.html(edition))  # noqa: S704 rendered by us
    except NotFound:
        raise
    except BadRequest as error:
        return {"token": "", "record": "", "html": "", "sheet": sheet, "error": error.detail}
    record = params.get("record", "")
    return {"token": scene.token(time.time()), "record": record, "html": html, "sheet": sheet, "error": ""}


def _page(edition: Edition, template: str, own: str, scene: Scene, *, mount: str, **params: Any) -> Response:
    """A page of a pretended host, with a policy as strict as hosts' are."""
    nonce, panel = secrets.token_urlsafe(16), _panel(edition, scene)
    style = Markup(own) + edition.shelf.own("host.css")  # noqa: S704 of our own tables
    html = edition.renderer.page(
        template, style=style, nonce=nonce, probe=edition.shelf.own("probe.js"), mount=mount,
        script=edition.shelf.own("host.js"), closed=edition.shelf.own("closed.js"), tag=scene.tag,
        loader=versioned(edition, "embed/inlay.js"),
        story=scene.story, inline=described.is_inline(scene.tag), **panel, **params,
    )  # fmt: skip
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src {style_hash(style)} {style_hash(panel['sheet'])}; "
        f"connect-src 'self'; frame-src 'self'; img-src data:; frame-ancestors 'self'; base-uri {NOBODY}; "
        f"form-action {NOBODY}"
    )
    return response


def _refused(edition: Edition, error: BadRequest) -> Response:
    style = edition.catalog.tokens_css
    html = edition.renderer.page("preview/refused.html", style=Markup(style), detail=error.detail)  # noqa: S704 our own
    response = Response(html, error.status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = still_policy((origin(),), style)
    return response
