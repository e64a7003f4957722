"""A panel's frame without a proof: it waits for one by message, or for its viewer to sign in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request
from markupsafe import Markup

from app.connections import Connection
from app.errors import ApprovalNeeded, InlayError, NotLaunched
from app.launch import Record
from app.views import VIEWS
from app.web.headers import panel_policy, reporting
from app.web.parts import Parts


def scripts(p: Parts, sign_in: bool) -> Mapping[str, str]:
    """What a frame loads when something changes; where viewers sign in, the script for that comes first."""
    found = {
        "change": p.assets.url("embed/change.js"),
        "htmx": p.assets.url("static/vendor/htmx.min.js"),
        "csp": p.assets.url("static/vendor/hx-csp.min.js"),
    }
    if sign_in:
        found |= {"panel": found["change"], "change": p.assets.url("embed/signin.js")}
    return found


def sign_in_words(p: Parts, connection: Connection) -> dict[str, Any]:
    """What a panel must know so that its viewer can sign in; nothing where that is not set up."""
    if connection.sign_in is None:
        return {}
    return {"signin": f"{p.settings.server.public_url}/oauth/{connection.name}/start"}


def offered(p: Parts, connection: Connection) -> dict[str, Any]:
    """The same for a panel that was launched: a host that launches anew by itself asks for leave when it has none."""
    return {} if connection.host.approval_field else sign_in_words(p, connection)


def of_component(p: Parts, tag: str) -> dict[str, str]:
    """What a panel's page says by its component: the component's own script, and what kind of answer it shows."""
    script = p.catalog[tag].script if tag else ""
    return {"script_url": p.assets.url(script) if script else "", "answers": VIEWS[tag].answers if tag else ""}


def waiting(p: Parts, connection: Connection, tag: str, record: str) -> Response:
    """The empty panel. Raises ApprovalNeeded, NotLaunched, BadRequest when nobody could fill it."""
    host, settings = connection.host, connection.settings
    approval = bool(host.approval_field) and host.approval_field in request.args
    record = str(Record.parse(record)) if record else ""
    sign_in = sign_in_words(p, connection) if approval or record else {}
    none: InlayError = ApprovalNeeded() if approval else NotLaunched()
    if tag not in settings.components or not (sign_in or (host.takes and not approval)):
        raise none
    words = {
        "origin": _page_origin(connection),
        "origins": settings.origins,
        "bridge": host.bridge,
        "connection": connection.name,
        "component": tag,
        "record": record,
        "used": True,  # there is no token yet
        "waiting": True,
        "approval": approval,
        **sign_in,
    }
    return _page(p, connection, tag, words, approval)


def _page(p: Parts, connection: Connection, tag: str, words: dict[str, Any], approval: bool) -> Response:
    nonce, locale = secrets.token_urlsafe(16), (request.accept_languages.best or "en")
    sign_in = "signin" in words
    style = p.catalog.styles(tag) + p.assets.signin_css
    content = p.renderer.page("panel-waiting.html", locale=locale, sign_in=sign_in, approval=approval)
    html = p.renderer.page_in_parts(
        "panel.html",
        locale=locale,
        style=Markup(style),  # noqa: S704 our own sheet
        nonce=nonce,
        frame_url=p.assets.url("embed/frame.js"),
        assets=scripts(p, sign_in),
        **of_component(p, tag),
        sign_in=False,  # it is what the page shows
        show=lambda: {"content": Markup(content), "launch": words},  # noqa: S704 rendered by us
    )
    response = Response("".join(html), mimetype="text/html")
    public_url = p.settings.server.public_url
    exports = bool(tag) and VIEWS[tag].answers == "analysis"
    policy = panel_policy(
        connection.host.frame_ancestors(connection.settings), public_url, nonce, style, exports=exports
    )
    response.headers["Content-Security-Policy"] = reporting(policy, public_url, connection.name)
    return response


def _page_origin(connection: Connection) -> str:
    """The page around the frame, as far as the browser says: messages go to one exact origin."""
    origins = connection.settings.origins
    named = ""
    with suppress(ValueError):
        url = urlsplit(request.headers.get("Referer", ""))
        named = f"{url.scheme}://{url.netloc}"
    return named if named in origins else origins[0]
