"""Keys of a connection's services: made, and shown this once; ended."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, request

from app.admins import Act, Admin
from app.errors import BadRequest
from app.machines.callers import May
from app.machines.callers.keys import LONGEST_DAYS, Wanted
from app.routes.admin._door import done, page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-api-keys", __name__)
PATH = "/admin/connections/<connection>/api-keys"


@blueprint.get(PATH)
@shown(Act.WATCH)
def see(admin: Admin, connection: str) -> Response:
    """The connection's keys, without what could be used of them."""
    require(admin, Act.WATCH, connection)
    return _page(admin, connection)


@blueprint.post(PATH)
@done(Act.CHANGE)
def change(admin: Admin, connection: str) -> Response:
    """Make one, or end one."""
    require(admin, Act.CHANGE, connection)
    p, form = parts(), request.form
    if form.get("act") == "revoke":
        p.callers.keys.revoke(form.get("id", ""), connection, admin.name)
        return redirect(request.path, 303)  # type: ignore[return-value]
    try:
        made, text = p.callers.keys.create(_wanted(connection), p.settings, admin.name)
    except BadRequest as error:
        return _page(admin, connection, status=422, problem=error.detail)
    return _page(admin, connection, made=made.service, text=text)


def _wanted(connection: str) -> Wanted:
    form = request.form
    days, may = form.get("days", ""), [each for each in May if each in form.getlist("may")]
    return Wanted(
        connection,
        form.get("service", "").strip(),
        tuple(form.getlist("capability")),
        tuple(form.getlist("field")),
        tuple(may),
        int(days) if days.isascii() and days.isdigit() and len(days) <= 4 else 0,
    )


def _page(
    admin: Admin, connection: str, *, status: int = 200, problem: str = "", made: str = "", text: str = ""
) -> Response:
    p = parts()
    scores = [each for each in p.connections.get(connection).capabilities if each.kind == "score"]
    return page(
        "admin/api-keys.html",
        admin,
        status=status,
        title="API keys",
        connection=connection,
        keys=p.callers.keys.all([connection]),
        now=p.clock(),
        scores=scores,
        fields=sorted({field for each in scores for field in each.fields}),
        machines=p.connections.get(connection).settings.machines,
        longest=LONGEST_DAYS,
        problem=problem,
        made=made,
        text=text,
        said=request.form if problem else {},
        may_change=admin.may(Act.CHANGE, connection),
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )
