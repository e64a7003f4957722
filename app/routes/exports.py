"""Exports: what a viewer sees of a document, as a CSV file or as a page to print. The token is in the form."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup

from app.analysis.reading import Reading
from app.errors import BadRequest, Denied, Unavailable, WrongMediaType
from app.launch import Record
from app.routes._open import open_to_pages
from app.routes._session import session_of
from app.session.bearer import Session
from app.views import VIEWS
from app.web.exports import findings_csv
from app.web.headers import still_policy
from app.web.parts import parts

blueprint = Blueprint("exports", __name__)
open_to_pages(blueprint)
_SHEET = "document-sidebar"  # what is taken away is what it shows


@blueprint.post("/exports")
def export() -> Response:
    """Answered as a file, or as a page in a tab of its own. Raises BadRequest, WrongMediaType, SessionInvalid."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise WrongMediaType("Send a form: application/x-www-form-urlencoded.")
    form = request.form
    kind = form.get("format", "csv")
    if kind not in ("csv", "page"):
        raise BadRequest("An export is a csv or a page.", reason="export-format")
    session, record = session_of(form.get("token", "")), Record.parse(form.get("record", ""))
    params = _params(session, record)
    parts().audit.write(
        "export.given",
        connection=session.connection,
        viewer=session.viewer.subject,
        session=session.id,
        record=str(record),
        component=_SHEET,
        decision=params["decision"],
        detail={"how": kind, "findings": len(params["findings"])},
    )
    return _table(params, session) if kind == "csv" else _page(params, session)


def _params(session: Session, record: Record) -> dict[str, Any]:
    """What the sidebar would show now. Raises Denied, Unavailable."""
    p = parts()
    reading = p.fragments.reading(session, _SHEET, record)
    if not isinstance(reading, Reading) or reading.state == "denied":
        raise Denied(reason="export-denied")
    if reading.analysis is None:
        raise Unavailable(reason="export-unavailable")
    capability = p.connections.get(session.connection).capability_for(record, VIEWS[_SHEET].answers)
    now = datetime.fromtimestamp(p.clock(), UTC)
    title = capability.title if capability else ""
    return VIEWS[_SHEET].params(reading, record=record, viewer=session.viewer, now=now, opens=False, title=title)


def _table(params: dict[str, Any], session: Session) -> Response:
    body = findings_csv(params, parts().renderer.texts, session.viewer.locale)
    headers = {"Content-Disposition": 'attachment; filename="findings.csv"'}
    return Response(body, headers=headers, content_type="text/csv; charset=utf-8; header=present")


def _page(params: dict[str, Any], session: Session) -> Response:
    p = parts()
    style = p.catalog.tokens_css + p.assets.paper_css
    html = p.renderer.page(
        "findings.html",
        locale=session.viewer.locale,
        timezone=session.viewer.timezone,
        style=Markup(style),  # noqa: S704 our own sheet
        now=datetime.fromtimestamp(p.clock(), UTC),
        **params,
    )
    return Response(html, mimetype="text/html", headers={"Content-Security-Policy": still_policy((), style)})
