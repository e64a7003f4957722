"""Origins that tried: pages that framed a panel without being listed, as browsers report it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response

from app.admins import Act, Admin
from app.routes.admin._door import page, shown
from app.web.parts import parts

blueprint = Blueprint("admin-origins", __name__)


@blueprint.get("/admin/origins")
@shown(Act.WATCH)
def origins(admin: Admin) -> Response:
    """Of one's own connections. Browsers' reports come from anybody: a hint, and nothing is allowed by them."""
    p = parts()
    found = [each for each in p.framings.all() if admin.may(Act.WATCH, each.connection)]
    listed = {each.name: each.settings.origins for each in p.connections}
    return page(
        "admin/origins.html",
        admin,
        title="Origins that tried",
        framings=[(each, each.origin in listed.get(each.connection, ())) for each in found],
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )
