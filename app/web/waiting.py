"""A panel's frame without a proof: it waits for one by message, or for its viewer to sign in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from markupsafe import Markup

from app.connections import Connection
from app.errors import ApprovalNeeded, InlayError, NotLaunched
from app.launch import Record
from app.views import VIEWS
from app.web.headers import panel_policy, reporting
from app.web.languages import asked_for
from app.web.parts import Parts

PLAIN = "plain"  # the dialect of pages that are no host's in particular


def scripts(p: Parts, dialect: str, sign_in: bool) -> Mapping[str, str]:
    """What a frame loads when something changes; where viewers sign in, the script for that comes first."""
    found = {
        "change": p.assets.url(f"embed/change-{dialect}.js"),
        "htmx": p.assets.url("static/vendor/htmx.min.js"),
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
    """The same for a panel that was launched: in a dialect of its own, a host is asked for a new launch instead."""
    return sign_in_words(p, connection) if connection.host.bridge == PLAIN else {}


def of_component(p: Parts, tag: str) -> dict[str, str]:
    """What a panel's page says by its component: the component's own script, and what kind of answer it shows."""
    script = p.catalog[tag].script if tag else ""
    return {"script_url": p.assets.url(script) if script else "", "answers": VIEWS[tag].answers if tag else ""}


def waiting(p: Parts, connection: Connection, tag: str, record: str) -> Response:
    """The empty panel. Raises ApprovalNeeded, NotLaunched, BadRequest when nobody could fill it."""
    host, settings = connection.host, connection.settings
    approval = bool(host.approval_field) and host.approval_field in request.args
    record = str(Record.parse(record)) if record else ""
    # whoever opens a panel by its address need not be the host that posts launches, and speaks no dialect of its own
    dialect = PLAIN if host.approval_field else host.bridge
    sign_in = sign_in_words(p, connection) if dialect == PLAIN and (approval or record) else {}
    none: InlayError = ApprovalNeeded() if approval else NotLaunched()
    if tag not in settings.components or not (sign_in or (host.takes and not host.approval_field)):
        raise none
    words = {
        "origins": settings.origins,
        "connection": connection.name,
        "component": tag,
        "record": record,
        "approval": approval,
        **sign_in,
    }
    return _page(p, connection, tag, words, dialect)


def _page(p: Parts, connection: Connection, tag: str, words: dict[str, Any], dialect: str) -> Response:
    nonce, locale = secrets.token_urlsafe(16), asked_for(p.renderer.texts)
    sign_in = "signin" in words
    style = p.catalog.styles(tag, p.assets.signin_css)
    content = p.renderer.page("panel-waiting.html", locale=locale, sign_in=sign_in, approval=words["approval"])
    html = p.renderer.page_in_parts(
        "panel.html",
        locale=locale,
        style=Markup(style),  # noqa: S704 our own sheet
        nonce=nonce,
        frame_url=p.assets.url(f"embed/frame-{dialect}.js"),
        assets=scripts(p, dialect, sign_in),
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
