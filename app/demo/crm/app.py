"""The CRM as one Flask application."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.demo.crm import environment, gallery, instance, pages, rest, sobjects, today
from app.demo.crm.desk import Desk
from app.demo.crm.health import Health
from app.demo.crm.people import PEOPLE
from app.demo.guard import guard

NAME = "Larkfield CRM"


def create_crm(desk: Desk) -> Flask:
    """Wire the pages and the API over one desk."""
    crm = Flask(__name__)
    crm.config["MAX_CONTENT_LENGTH"] = 1_000_000
    crm.jinja_env.trim_blocks = crm.jinja_env.lstrip_blocks = True
    health = Health({"inlay": f"{desk.config.inlay}/healthz", "core": f"{desk.config.core}/healthz"})
    crm.register_blueprint(pages.blueprint(desk, health))
    crm.register_blueprint(gallery.blueprint(desk))
    crm.register_blueprint(today.blueprint(desk, health))
    crm.register_blueprint(rest.blueprint(desk))
    crm.register_blueprint(sobjects.blueprint(desk))
    crm.register_blueprint(instance.blueprint(desk))
    crm.register_blueprint(environment.blueprint(desk))
    guard(crm, "This CRM", desk.config.origin, desk.config.inlay)
    _texts(crm, desk)

    @crm.get("/jwks.json")
    def jwks() -> Response:
        answer = Response(crm.json.dumps(desk.guest.jwks()), mimetype="application/json")
        answer.headers["Cache-Control"] = "public, max-age=300"
        return answer

    @crm.get("/healthz")
    def alive() -> Response:
        return Response("ok", mimetype="text/plain")

    return crm


def _texts(crm: Flask, desk: Desk) -> None:
    @crm.context_processor
    def common() -> dict[str, object]:
        return {
            "crm_name": NAME,
            "config": desk.config,
            "table": desk.leads.table,
            "total": len(desk.leads),
            "people": PEOPLE,
            "person": g.get("person"),
        }

    @crm.template_filter()
    def shown(text: str, kind: str = "text") -> str:
        """A value as people read it: digits in groups where they count something."""
        if kind not in {"number", "money"} or not text.lstrip("-").isdigit():
            return text
        grouped = f"{int(text):,}"
        return grouped.replace(",", ".") if g.person.language == "de" else grouped

    @crm.template_filter()
    def host(url: str) -> str:
        return urlsplit(url).netloc

    @crm.errorhandler(HTTPException)
    def failed(error: HTTPException) -> tuple[Response, int] | tuple[str, int]:
        if request.path.startswith("/services/"):
            return rest.error_answer(error)
        too_large = isinstance(error, RequestEntityTooLarge)
        words = "That was too much at once." if too_large else error.description or error.name
        page = crm.jinja_env.get_template("error.html")
        return page.render(crm_name=NAME, code=error.code, words=words, config=desk.config), error.code or 500
