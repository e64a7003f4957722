"""Decisions with what was said of them, to take away and learn from: for whoever may read the audit.

That it was taken, and which part of it, is written into the log before anything of it leaves.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request

from app.admins import Act, Admin
from app.errors import BadRequest, NotFound
from app.review.feedback.training import FORMS, Asked, regions_of, written
from app.routes.admin._door import done
from app.web.parts import parts

blueprint = Blueprint("admin-training", __name__)


@blueprint.post("/admin/decisions/export")
@done(Act.AUDIT)
def export(admin: Admin) -> Response:
    """It is read while it is sent; what cannot be read to its end breaks off.

    Raises BadRequest for another kind of file or for two regions in one, NotFound for a connection of somebody else.
    """
    p, form, connection = parts(), request.form.get("form", ""), request.form.get("connection", "")
    if form not in FORMS:
        raise BadRequest("An export is a csv or a jsonl.", reason="export-form")
    if connection and not admin.may(Act.AUDIT, connection):
        raise NotFound("There is no such connection, or it is not yours to look after.")
    names = [connection] if connection else sorted(admin.connections)
    if len(found := regions_of(p.settings, names)) > 1:
        raise BadRequest(f"Choose one connection: data stays in {', '.join(found)}.", reason="export-regions")
    asked = Asked(names, unreviewed=request.form.get("unreviewed") == "on")
    detail = {"admin": admin.name, "filters": asked.said(), "how": form}
    p.audit.write("training.exported", connection=connection or None, detail=detail)
    response = Response(_sent(asked, form), content_type=FORMS[form])
    response.headers["Content-Disposition"] = f'attachment; filename="inlay-decisions.{form}"'
    return response


def _sent(asked: Asked, form: str) -> Iterator[bytes]:
    training = parts().training
    return (part.encode() for part in written(training.lines(asked), form))
