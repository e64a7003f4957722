"""Background jobs: how many wait and why some are dead; an operator looks at these, replays them or drops them."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, request

from app.admins import Act, Admin
from app.audit.dead_jobs import drop, replay
from app.db import dead_jobs
from app.db.dead_jobs import Chosen
from app.errors import BadRequest, NotFound
from app.routes.admin._door import done, page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-jobs", __name__)
PATH = "/admin/jobs"
MOST = 100


@blueprint.get(PATH)
@shown(Act.WATCH)
def jobs(admin: Admin) -> Response:
    """Of the whole deployment. Names no record and no viewer; `one` does."""
    require(admin, Act.WATCH)
    p, kind = parts(), request.args.get("kind", "")
    depths = dead_jobs.depths(p.database, p.clock())
    return page(
        "admin/jobs.html",
        admin,
        title="Jobs",
        kinds=sorted({each.kind for each in depths}),
        depths={(each.kind, each.state): each for each in depths},
        dead=dead_jobs.dead(p.database, p.clock(), kind, MOST),
        kind=kind,
        most=MOST,
        changed=[request.args.get(each, "") for each in ("done", "n")],
        operates=admin.may(Act.OPERATE),
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )


@blueprint.get(f"{PATH}/<number>")
@shown(Act.OPERATE)
def one(admin: Admin, number: str) -> Response:
    """With what it is about: a record, and ids of a viewer and a session where it has them. Raises NotFound."""
    require(admin, Act.OPERATE)
    p = parts()
    found = dead_jobs.find(p.database, [int(number)], p.clock()) if _is_id(number) else []
    if not found:
        raise NotFound("There is no such job any more: it was done, or dropped.")
    when = lambda at: datetime.fromtimestamp(at, UTC)  # noqa: E731 as every page has it
    return page("admin/job.html", admin, title=f"Job {number}", job=found[0], when=when)


@blueprint.post(f"{PATH}/replay")
@done(Act.OPERATE)
def replay_dead(admin: Admin) -> Response:
    """Those that were ticked, or all of a kind, begin again with all their attempts."""
    require(admin, Act.OPERATE)
    p = parts()
    changed = replay(p.database, p.audit, _chosen(), p.clock(), admin.name)
    p.wake_jobs()
    return redirect(f"{PATH}?done=replayed&n={sum(changed.values())}", 303)  # type: ignore[return-value]


@blueprint.post(f"{PATH}/drop")
@done(Act.OPERATE)
def drop_dead(admin: Admin) -> Response:
    """Those that were ticked, or all of a kind, are never done."""
    require(admin, Act.OPERATE)
    p = parts()
    changed = drop(p.database, p.audit, _chosen(), admin.name)
    return redirect(f"{PATH}?done=dropped&n={sum(changed.values())}", 303)  # type: ignore[return-value]


def _chosen() -> Chosen:
    """Those that were ticked, or all of a kind: a slip must not drop everything. Raises BadRequest."""
    ids, kind = request.form.getlist("id"), request.form.get("kind", "")
    if bool(ids) == bool(kind) or not all(map(_is_id, ids)):
        raise BadRequest("Tick the jobs that you mean, or name one kind.", reason="jobs-unclear")
    return Chosen(tuple(map(int, ids)), kind)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19  # what every database takes as a number
