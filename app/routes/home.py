"""The address itself: whoever opens it learns what answers here, and which pages are for people."""

from __future__ import annotations

from flask import Blueprint, Response
from markupsafe import Markup

from app.web.headers import still_policy
from app.web.languages import asked_for
from app.web.parts import parts

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """The page for people, in the language that their browser asks for."""
    p = parts()
    style = p.catalog.tokens_css + p.assets.page_css
    locale, preview = asked_for(p.renderer.texts), p.settings.server.preview
    html = p.renderer.page("home.html", locale=locale, style=Markup(style), preview=preview)  # noqa: S704 ours
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = still_policy((), style)
    return response
