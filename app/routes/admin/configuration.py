"""What was published: each revision of the configuration, by whom, and what it changed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise, zip_longest

from flask import Blueprint, Response

from app.admins import Act, Admin
from app.revisions import differences
from app.routes.admin._door import page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-configuration", __name__)
SHOWN = 20


@blueprint.get("/admin/configuration")
@shown(Act.CHANGE)
def configuration(admin: Admin) -> Response:
    """Of the whole deployment, so it is for those who look after all of it."""
    require(admin, Act.CHANGE)
    p = parts()
    found = p.revisions.all(SHOWN + 1)
    changes = [differences(older.text, newer.text) for newer, older in pairwise(found)]
    return page(
        "admin/configuration.html",
        admin,
        title="Configuration",
        revisions=list(zip_longest(found, changes, fillvalue=()))[:SHOWN],
        operates=admin.may(Act.OPERATE),
        file=p.settings.file,
        in_step=not found or p.publisher.in_step(found[0]),
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )
