"""Pages around a panel, which a host opens by their address: a task pane, a tab. They hold nobody's data.

A host that opens them with a proof posts it. The page hands it to its panel as it came: only a launch believes it.
"""

from __future__ import annotations

import contextlib
import secrets

from flask import Blueprint, Response, request
from markupsafe import Markup

from app.connections import Connection
from app.errors import InlayError, LaunchRefused, NotFound
from app.hosts._pages import source
from app.web.headers import around_policy, reporting, still_policy
from app.web.languages import asked_for
from app.web.parts import parts

blueprint = Blueprint("pages", __name__)


MAX_PROOF = 65_536


@blueprint.get("/pages/<connection>/<name>")
def page(connection: str, name: str) -> Response:
    """The host's page of this name, for one of the connection's components: the first, unless another is named."""
    return _answered(connection, name, "")


@blueprint.post("/pages/<connection>/<name>")
def posted(connection: str, name: str) -> Response:
    """The same, opened by the host with a proof of who is looking."""
    known = _named(connection)
    found = known.host.pages.get(name) if known else None
    if known and (found is None or not found.posted or request.mimetype != "application/x-www-form-urlencoded"):
        return _refusal(known, NotFound(reason="page-unknown"))
    return _answered(connection, name, request.form.get(found.posted, "")[:MAX_PROOF] if found else "")


def _answered(connection: str, name: str, proof: str) -> Response:
    known = _named(connection)
    if known is None:
        raise NotFound(reason="page-unknown")
    component = request.args.get("component", known.settings.components[0])
    found = known.host.pages.get(name)
    if found is None or component not in known.settings.components:
        return _refusal(known, NotFound(reason="page-unknown"))
    p, nonce = parts(), secrets.token_urlsafe(16)
    public_url, style = p.settings.server.public_url, p.catalog.tokens_css + p.assets.around_css
    facts = {"home": public_url, "connection": connection, "component": component, "library": dict(found.library)}
    html = p.renderer.page(
        "around.html",
        locale=_locale(),
        style=Markup(style),  # noqa: S704 our own sheet
        nonce=nonce,
        title=found.title,
        early=found.library if found.early else {},
        facts=facts | ({"proof": proof} if proof else {}),
        script=Markup(source(found)),  # noqa: S704 our own script
    )
    ancestors = known.host.frame_ancestors(known.settings)
    policy = around_policy(ancestors, public_url, nonce, style, found.sources, found.asks)
    return _framed(html, 200, policy, connection)


def _named(connection: str) -> Connection | None:
    with contextlib.suppress(LaunchRefused):  # a stranger learns nothing about which connections exist
        return parts().connections.get(connection)
    return None


def _refusal(known: Connection, error: InlayError) -> Response:
    """Plain words where the page would be: framed by whoever would frame that."""
    p = parts()
    style = p.catalog.tokens_css + p.assets.page_css
    html = p.renderer.page(
        "panel-refused.html",
        locale=_locale(),
        style=Markup(style),  # noqa: S704 our own sheet
        code=error.code,
        message=error.detail,
        reference="",
    )
    policy = still_policy(known.host.frame_ancestors(known.settings), style)
    return _framed(html, error.status, policy, known.name)


def _framed(html: str, status: int, policy: str, connection: str) -> Response:
    response = Response(html, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = reporting(policy, parts().settings.server.public_url, connection)
    return response


def _locale() -> str:
    return asked_for(parts().renderer.texts)
