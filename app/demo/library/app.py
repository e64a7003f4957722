"""The library as one Flask application."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.demo.crm.health import Health
from app.demo.guard import guard
from app.demo.library import gallery, graph, pages, sign_in
from app.demo.library.desk import Desk
from app.demo.library.people import PEOPLE
from app.demo.library.store import MAX_BYTES

NAME = "Larkfield Documents"


def create_library(desk: Desk) -> Flask:
    """Wire the pages, the directory and the API over one desk."""
    library = Flask(__name__)
    library.config["MAX_CONTENT_LENGTH"] = MAX_BYTES + 1_000_000
    library.jinja_env.trim_blocks = library.jinja_env.lstrip_blocks = True
    health = Health({"inlay": f"{desk.config.inlay}/healthz", "core": f"{desk.config.core}/healthz"})
    library.register_blueprint(pages.blueprint(desk, health))
    library.register_blueprint(graph.blueprint(desk))
    library.register_blueprint(sign_in.blueprint(desk))
    library.register_blueprint(gallery.blueprint(desk))
    guard(library, "This library", desk.config.origin, desk.config.inlay)
    _texts(library, desk)

    @library.get("/healthz")
    def alive() -> Response:
        return Response("ok", mimetype="text/plain")

    return library


def _texts(library: Flask, desk: Desk) -> None:
    @library.context_processor
    def common() -> dict[str, object]:
        return {
            "library_name": NAME,
            "config": desk.config,
            "people": PEOPLE,
            "person": g.get("person"),
            "title": desk.title,
            "total_documents": len(desk.documents.all()),
        }

    @library.template_filter()
    def host(url: str) -> str:
        return urlsplit(url).netloc

    @library.template_filter()
    def day(seconds: float) -> str:
        return f"{datetime.fromtimestamp(seconds, UTC):%d %b %Y, %H:%M}"

    @library.template_filter()
    def size(count: int) -> str:
        return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} KB"

    @library.errorhandler(HTTPException)
    def failed(error: HTTPException) -> tuple[Response, int] | tuple[str, int]:
        if request.path.startswith(graph.ROOT):
            return graph.error_answer(error)
        too_large = isinstance(error, RequestEntityTooLarge)
        words = "That was too much at once." if too_large else error.description or error.name
        page = library.jinja_env.get_template("error.html")
        return page.render(library_name=NAME, code=error.code, words=words, config=desk.config), error.code or 500
