"""Why is my panel blank? Each layer from the switch to the number, and which of them to mend."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, request

from app.admins import Act, Admin
from app.figures.stored import DAY_S
from app.health.diagnosis import POPUP_BLOCKED, diagnose, failing, scene
from app.routes.admin._door import page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-why", __name__)


@blueprint.get("/admin/connections/<connection>/why")
@shown(Act.WATCH)
def why(admin: Admin, connection: str) -> Response:
    """Each layer's word, for one viewer with `?viewer=`."""
    require(admin, Act.WATCH, connection)
    p, viewer = parts(), request.args.get("viewer", "").strip()[:200]
    now = p.clock()
    blocked = p.figures.stored.total(POPUP_BLOCKED, now - DAY_S, connection)
    seen = scene(
        p.settings, connection, p.database, p.framings.all(), p.rollouts.plan(connection), blocked, now, viewer
    )
    found = diagnose(seen)
    return page(
        "admin/why.html",
        admin,
        title="Why is my panel blank?",
        connection=connection,
        viewer=viewer,
        findings=found,
        worst=failing(found),
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )
