"""The API's document, and a page that a person reads it by. Nothing of it is from elsewhere, and it needs no script."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from markupsafe import Markup

from app.machines.api.document import document
from app.web.headers import still_policy
from app.web.languages import asked_for
from app.web.parts import parts

blueprint = Blueprint("docs", __name__)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The API's document, OpenAPI 3.1: https://spec.openapis.org/oas/v3.1.0"""
    return jsonify(document(parts().settings.server.public_url))


@blueprint.get("/docs")
def docs() -> Response:
    """The same for people: one page without a script, in the language that the browser asks for."""
    p = parts()
    style = p.catalog.tokens_css + p.assets.page_css + p.assets.docs_css
    locale = asked_for(p.renderer.texts)
    said = document(p.settings.server.public_url)
    html = p.renderer.page("docs.html", locale=locale, style=Markup(style), said=said, shapes=_shapes(said))  # noqa: S704 ours
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = still_policy((), style)
    return response


def _shapes(said: dict[str, object]) -> object:
    return said["components"]["schemas"]  # type: ignore[index]
