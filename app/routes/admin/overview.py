"""The first page: every connection in one line, and what waits to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from flask import Blueprint, Response

from app.admins import Act, Admin
from app.audit.lately import Lately, lately, refusals
from app.connections import Connection
from app.db.jobs import depth
from app.routes.admin._door import page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-overview", __name__)
FAILURES = ("core.failed", "core.refused", "host.failed")
REFUSALS = ("launch.refused", "signin.refused")
FEW = 3  # failures that are no sign of anything: a host that starts, a network that blinked
Standing = Literal["off", "quiet", "failing", "refusing", "fine"]


@dataclass(frozen=True, slots=True)
class Line:
    """A connection, and how it stands."""

    connection: Connection
    standing: Standing
    lately: Lately
    seen_at: datetime | None


@blueprint.get("/admin")
@shown(Act.WATCH)
def overview(admin: Admin) -> Response:
    """The connections that this admin may watch, each with its last day."""
    p = parts()
    day = lately(p.database, p.clock())
    mine = [each for each in p.connections if admin.may(Act.WATCH, each.name)]
    lines = [_line(each, day.get(each.name, Lately())) for each in mine]
    return page(
        "admin/overview.html",
        admin,
        title="Overview",
        lines=lines,
        operates=admin.may(Act.OPERATE),
        jobs=depth(p.database, p.clock()) if admin.may(Act.WATCH) else {},
        framings=[each for each in p.framings.all() if admin.may(Act.WATCH, each.connection)][:10],
        when=_when,
    )


@blueprint.get("/admin/connections/<connection>")
@shown(Act.WATCH)
def one(admin: Admin, connection: str) -> Response:
    """One connection: its last day, how it is set, and where its panels stand."""
    require(admin, Act.WATCH, connection)
    p = parts()
    now, known = p.clock(), p.connections.get(connection)
    return page(
        "admin/connection.html",
        admin,
        title=connection,
        homes=p.settings.homes(known.settings),
        line=_line(known, lately(p.database, now).get(connection, Lately())),
        operates=admin.may(Act.OPERATE),
        refusals=refusals(p.database, connection, now),
        framings=[each for each in p.framings.all() if each.connection == connection],
        when=_when,
    )


def _line(connection: Connection, day: Lately) -> Line:
    seen = day.last.get("view.shown")
    return Line(connection, _standing(connection, day), day, _when(seen) if seen else None)


def _standing(connection: Connection, day: Lately) -> Standing:
    """One word for the last day; the worst that is true."""
    if not connection.settings.rollout:
        return "off"
    views, failures, refused = day.count("view.shown"), day.count(*FAILURES), day.count(*REFUSALS)
    if failures >= FEW and failures * 20 > views:
        return "failing"
    if refused and refused * 5 > day.count("launch.accepted"):
        return "refusing"
    return "fine" if views else "quiet"


def _when(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
