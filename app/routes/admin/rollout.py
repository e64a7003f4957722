"""Who is shown the panels of a connection: from now on, or from a time on; and the switch that turns all off."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, request

from app.admins import Act, Admin
from app.errors import BadRequest
from app.rollouts import Reach, Rollout
from app.routes.admin._door import done, page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-rollout", __name__)
PATH = "/admin/connections/<connection>/rollout"


@blueprint.get(PATH)
@shown(Act.WATCH)
def see(admin: Admin, connection: str) -> Response:
    """Who is shown the panels now, and what is planned."""
    require(admin, Act.WATCH, connection)
    p = parts()
    plan = p.rollouts.plan(connection)
    settings = p.connections.get(connection).settings
    return page(
        "admin/rollout.html",
        admin,
        title="Roll-out",
        connection=connection,
        switched_off=not settings.rollout,
        lines=[(each, [one for one in plan if one.component == each]) for each in ("", *settings.components)],
        now=datetime.fromtimestamp(p.clock(), UTC),
        when=lambda at: datetime.fromtimestamp(at, UTC),
        may_change=admin.may(Act.CHANGE, connection),
    )


@blueprint.post(PATH)
@done(Act.CHANGE)
def decide(admin: Admin, connection: str) -> Response:
    """Set it for the connection, or for one of its components; in every process within seconds. Raises BadRequest."""
    require(admin, Act.CHANGE, connection)
    p, form = parts(), request.form
    component = form.get("component", "")
    if component and component not in p.connections.get(connection).settings.components:
        raise BadRequest("This connection has no such component.", reason="component-unknown")
    p.rollouts.set(
        Rollout(
            connection,
            component,
            _reach(form.get("reach", "")),
            _moment(form.get("starts_at", "")),
            percent=_percent(form.get("percent", "")),
            viewers=frozenset(form.get("viewers", "").replace(",", " ").split()),
        ),
        admin.name,
    )
    return redirect(request.path, 303)  # type: ignore[return-value]


def _reach(text: str) -> Reach:
    try:
        return Reach(text)
    except ValueError:
        raise BadRequest("Choose who is shown the panels.", reason="rollout-reach") from None


def _percent(text: str) -> float:
    try:
        return float(text.replace(",", ".") or 0)
    except ValueError:
        raise BadRequest("A share is a number from 0 to 100.", reason="rollout-percent") from None


def _moment(text: str) -> float:
    """A moment as the browser's field writes it, in UTC; 0.0 stands for now."""
    if not text:
        return 0.0
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        raise BadRequest("Write a day and a time, as 2026-12-01T09:00, in UTC.", reason="rollout-moment") from None
