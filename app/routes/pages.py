"""Pages around a panel, which a host opens by their address: a task pane, a tab. They hold nobody's data."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, request
from markupsafe import Markup

from app.errors import LaunchRefused, NotFound
from app.hosts._pages import source
from app.web.headers import around_policy, reporting
from app.web.parts import parts

blueprint = Blueprint("pages", __name__)


@blueprint.get("/pages/<connection>/<name>")
def page(connection: str, name: str) -> Response:
    """The host's page of this name, for one of the connection's components: the first, unless another is named."""
    p = parts()
    try:
        known = p.connections.get(connection)
    except LaunchRefused:
        raise NotFound(reason="page-unknown") from None
    settings, found = known.settings, known.host.pages.get(name)
    component = request.args.get("component", settings.components[0])
    if found is None or component not in settings.components:
        raise NotFound(reason="page-unknown")
    public_url, nonce = p.settings.server.public_url, secrets.token_urlsafe(16)
    style = p.catalog.tokens_css + p.assets.around_css
    html = p.renderer.page(
        "around.html",
        locale=request.accept_languages.best or "en",
        style=Markup(style),  # noqa: S704 our own sheet
        nonce=nonce,
        title=found.title,
        early=found.library if found.early else {},
        facts={"home": public_url, "connection": connection, "component": component, "library": dict(found.library)},
        script=Markup(source(found)),  # noqa: S704 our own script
    )
    ancestors = known.host.frame_ancestors(settings)
    policy = around_policy(ancestors, public_url, nonce, style, found.sources, found.asks)
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = reporting(policy, public_url, connection)
    return response
