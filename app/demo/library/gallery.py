"""What the CRM's gallery of hosts asks of this directory and this library, from server to server.

The tokens are those that the vendor's own apps would have of this viewer for the server whose panels are embedded.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, jsonify, request

from app.demo.library.desk import Desk
from app.demo.library.people import PEOPLE
from app.demo.library.tenant import APP, LIBRARY_PAGES, OFFICE, TEAMS

# Host -> the app through which a page of it gets the token. A form has none of the vendor's: its page asks for our own.
CLIENTS: Mapping[str, str] = {"sharepoint": LIBRARY_PAGES, "teams": TEAMS, "office": OFFICE, "dynamics": APP}
CONNECTIONS = ("teams", "crm-dynamics")  # beside the library's own, whose viewers can sign in here too


def blueprint(desk: Desk) -> Blueprint:
    """One address. No page of another site can read its answer, as none is told that it may."""
    gallery = Blueprint("gallery", __name__)

    @gallery.get("/gallery")
    def offered() -> Response:
        person = PEOPLE.get(request.args.get("as", ""))
        if person is None:
            abort(404, "Nobody of this name is in the directory.")
        document = next(iter(desk.visible(person)), None)
        answer = jsonify(
            tokens={host: desk.tenant.page_token(person, client) for host, client in CLIENTS.items()},
            document=document and {"name": document.name, "record": document.record, "id": document.id},
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return gallery
