"""The CRM's setup page, where things go wrong on purpose; and what a record's AI fields hold, told as they change."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.demo.crm.ai import AI_COLUMNS
from app.demo.crm.desk import Desk
from app.demo.crm.trouble import KINDS


def add_setup(pages: Blueprint, desk: Desk) -> None:
    """Its addresses, among the pages."""

    @pages.get("/setup")
    def setup() -> str:
        return render_template("setup.html", kinds=KINDS, on=desk.trouble.on(), columns=AI_COLUMNS)

    @pages.post("/setup")
    def put() -> Answer:
        kind = request.form.get("kind", "")
        if kind not in KINDS:
            abort(404)
        desk.trouble.put(kind, request.form.get("on") == "on")
        return redirect(url_for("pages.setup"), 303)

    @pages.get("/lead/<key>/ai")
    def ai(key: str) -> Response:
        """The AI fields as they are now, and who changed them."""
        lead = desk.leads.get(key)
        if lead is None or not g.person.may_see_record(lead.id):
            abort(404)
        values = {column.name: lead.values[column.name] for column in AI_COLUMNS}
        labels = {name: column.label for name, column in desk.leads.columns.items()}
        history = [
            {
                "at": each.at,
                "by": each.by,
                "field": labels.get(each.name, each.name),
                "was": each.was,
                "is": each.now,
            }
            for each in desk.leads.history(lead)
        ]
        return jsonify(values=values, history=history)
