"""A home page: lists for whoever signs in, of no record in particular.

As a Canvas iframe it says nothing but who is looking, and Inlay asks this CRM what that person may see; as a web
component its backend names the records, and what they are called.
"""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from app.demo.crm.desk import Desk
from app.demo.crm.health import Health
from app.demo.crm.pages import LISTED, canvas, viewer

LISTS = {"review-list": "To review", "score-list": "What to look at first"}


def blueprint(desk: Desk, health: Health) -> Blueprint:
    """The page over one desk."""
    pages = Blueprint("today", __name__)
    viewer(pages)

    @pages.get("/today")
    def today() -> str:
        element = request.args.get("form") == "element"
        proofs = [
            {"component": tag, "records": [LISTED], "token": proof}
            for tag in LISTS
            if element and (proof := desk.list_token(g.person, tag))
        ]
        return render_template(
            "today.html",
            form="element" if element else "canvas",
            lists=LISTS,
            frames={} if element else {tag: canvas(desk, g.person, "", tag, title) for tag, title in LISTS.items()},
            proofs=proofs,
            ready=health.last("inlay"),
        )

    return pages
