"""Roll back: how each capability was answered before, and one button that puts it back in every process."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, request

from app.admins import Act, Admin
from app.errors import BadRequest, NotFound
from app.revisions.rollback import Earlier, RollBacks
from app.routes.admin._door import done, page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-rollback", __name__)
PATH = "/admin/rollback"
SHOWN = 5  # ways of each capability


@blueprint.get(PATH)
@shown(Act.OPERATE)
def see(admin: Admin) -> Response:
    """Of the whole deployment: a capability is answered alike for all connections."""
    require(admin, Act.OPERATE)
    p, backs = parts(), _backs()
    ways: dict[str, list[Earlier]] = {}
    for name in p.settings.capabilities:
        ways[name] = []
        with suppress(NotFound):  # nothing was published yet
            ways[name] = backs.earlier(name)[:SHOWN]
    return page(
        "admin/rollback.html",
        admin,
        title="Roll back",
        capabilities=p.settings.capabilities,
        ways=ways,
        in_step=p.publisher.in_step(p.publisher.now()),
        file=p.settings.file,
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )


@blueprint.post(PATH)
@done(Act.OPERATE)
def roll_back(admin: Admin) -> Response:
    """Answer a capability as in that revision, in every process. Raises BadRequest, also when it cannot be."""
    require(admin, Act.OPERATE)
    number = request.form.get("to", "")
    if not number.isdecimal():
        raise BadRequest("Choose the revision to go back to.", reason="revision-unknown")
    _backs().roll_back(request.form.get("capability", ""), admin.name, int(number[:18]))
    return redirect(PATH, 303)  # type: ignore[return-value]


def _backs() -> RollBacks:
    p = parts()
    return RollBacks(p.publisher, p.revisions, p.audit, p.clock)
