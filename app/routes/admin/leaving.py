"""A connection leaves: what would become of its data, a name to type, and then how far it is."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, request

from app.admins import Act, Admin
from app.db.jobs import enqueue
from app.errors import BadRequest, Denied, NotFound
from app.leaving import Standing, Step
from app.routes.admin._door import done, page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-leaving", __name__)
PATH = "/admin/connections/<connection>/leaving"


@blueprint.get(PATH)
@shown(Act.OPERATE)
def see(admin: Admin, connection: str) -> Response:
    """What would become of its data, and what stands in the way; once begun, how far it is."""
    standing = _mine(admin, connection)
    plan = parts().leaving.plan(connection)
    return page(
        "admin/leaving.html",
        admin,
        title="Leave",
        connection=connection,
        lines=plan.lines,
        obstacles=plan.obstacles,
        standing=standing,
        steps=list(Step),
        reached=list(Step).index(standing.step) if standing else -1,
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )


@blueprint.post(PATH)
@done(Act.OPERATE)
def leave(admin: Admin, connection: str) -> Response:
    """Begins it; a job does it. The same again goes on, and sweeps up what came late.

    Raises BadRequest unless the name was typed.
    """
    _mine(admin, connection)
    p, form = parts(), request.form
    if form.get("confirm", "").strip() != connection:
        raise BadRequest("Type the connection's name, letter by letter. Nothing was changed.", reason="not-confirmed")
    day = datetime.fromtimestamp(p.clock(), UTC).strftime("%Y-%m-%d")
    p.leaving.begin(connection, admin.name, p.settings.file.parent / f"leaving-{connection}-{day}")
    with p.database.begin() as conn:
        told = {"connection": connection, "give_up": "give_up" in form}
        enqueue(conn, "leave", told, run_at=p.clock(), dedupe_key=f"leave:{connection}:{'give_up' in form}")
    p.wake_jobs()
    return redirect(request.path, 303)  # type: ignore[return-value]


def _mine(admin: Admin, connection: str) -> Standing | None:
    """How far it is; the connection need not be there any more. Raises NotFound, Denied."""
    standing = parts().leaving.standing(connection)
    if connection in parts().connections:
        require(admin, Act.OPERATE, connection)
    elif standing is None or admin.connections:
        raise NotFound("There is no such connection, or it is not yours to look after.")
    elif not admin.may(Act.OPERATE):
        raise Denied("Your role does not allow this. Ask whoever runs this deployment.", reason="role")
    return standing
