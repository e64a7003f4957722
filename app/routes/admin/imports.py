"""Scores that are made or brought before anybody looks: lists that are under way, and what comes by itself."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response

from app.admins import Act, Admin
from app.db import dead_jobs
from app.db.warms import begun
from app.machines.importing import kept
from app.routes.admin._door import page, shown
from app.scoring.ahead import SCHEDULE, WARM
from app.web.parts import parts

blueprint = Blueprint("admin-imports", __name__)
MOST = 50  # batches that are listed
MOVES_S = 60.0  # a run that has not come further for so long was stopped


@blueprint.get("/admin/imports")
@shown(Act.WATCH)
def imports(admin: Admin) -> Response:
    """Of one's own connections."""
    p, now = parts(), parts().clock()
    mine = [each for each in p.connections if admin.may(Act.WATCH, each.name)]
    depths = dead_jobs.depths(p.database, now) if admin.may(Act.WATCH) else []
    return page(
        "admin/imports.html",
        admin,
        title="Scored ahead",
        runs=[each for each in begun(p.database) if admin.may(Act.WATCH, each.connection)],
        batches=kept.lately(p.database, [each.name for each in mine], MOST),
        moves_since=now - MOVES_S,
        scheduled=[
            (each.name, each.settings.warm, each.settings.warm.after(now)) for each in mine if each.settings.warm
        ],
        depths=[each for each in depths if each.kind in (WARM, "score", SCHEDULE)],
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )
