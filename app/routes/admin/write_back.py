"""What is written back to a connection's records: what waits, what is parked and why, and the buttons that mend it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, request

from app.admins import Act, Admin
from app.errors import BadRequest
from app.review.write_back.desk import MOST, place_of
from app.review.write_back.reasons import reason
from app.review.write_back.rows import CONFLICT, QUEUED, REFUSED, WRITTEN, Place
from app.routes.admin._door import done, page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-write-back", __name__)
PATH = "/admin/connections/<connection>/write-back"


@blueprint.get(PATH)
@shown(Act.WATCH)
def see(admin: Admin, connection: str) -> Response:
    """How many, for whoever watches; which records, for those who may change something or read the audit."""
    require(admin, Act.WATCH, connection)
    p = parts()
    reads = admin.may(Act.CHANGE, connection) or admin.may(Act.AUDIT, connection)
    return page(
        "admin/write-back.html",
        admin,
        title="Write-back",
        connection=connection,
        fields=p.connections.get(connection).settings.write_back,
        standing=p.write_backs.standing(connection),
        lists={
            state: p.write_backs.seen(connection, state) if reads else []
            for state in (REFUSED, CONFLICT, QUEUED, WRITTEN)
        },
        reads=reads,
        reason=reason,
        most=MOST,
        changed=[request.args.get(each, "") for each in ("done", "n")],
        may_change=admin.may(Act.CHANGE, connection),
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )


@blueprint.post(f"{PATH}/replay")
@done(Act.CHANGE)
def replay(admin: Admin, connection: str) -> Response:
    """Those that were ticked, or all that were refused. Raises BadRequest when it is neither."""
    require(admin, Act.CHANGE, connection)
    p, places = parts(), _places(connection)
    if not places and request.form.get("all") != "refused":
        raise BadRequest("Tick the records that you mean.", reason="write-backs-unclear")
    n = p.write_backs.replay(connection, places, admin.name)
    p.wake_jobs()
    return _back("replayed", n)


@blueprint.post(f"{PATH}/leave")
@done(Act.CHANGE)
def leave(admin: Admin, connection: str) -> Response:
    """Those that were ticked stay as their host has them. Raises BadRequest when none is."""
    require(admin, Act.CHANGE, connection)
    places = _places(connection)
    if not places:
        raise BadRequest("Tick the records that you mean.", reason="write-backs-unclear")
    return _back("left", parts().write_backs.leave(connection, places, admin.name))


def _places(connection: str) -> list[Place]:
    """Raises BadRequest."""
    found = [place_of(connection, text) for text in request.form.getlist("place")]
    if None in found:
        raise BadRequest("There is no such record here.", reason="write-backs-unclear")
    return [each for each in found if each is not None]


def _back(word: str, n: int) -> Response:
    path = request.path.rpartition("/")[0]
    return redirect(f"{path}?done={word}&n={n}", 303)  # type: ignore[return-value]
