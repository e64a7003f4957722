"""How it goes and who uses it: the last thirty days, of a connection or of all."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from flask import Blueprint, Response, request

from app.admins import Act, Admin
from app.figures.names import ANSWERS
from app.figures.summary import SHARES, Day, summary
from app.routes.admin._door import page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-figures", __name__)
WIDTH, HEIGHT = 600, 80


@blueprint.get("/admin/figures")
@shown(Act.WATCH)
def figures(admin: Admin) -> Response:
    p, connection = parts(), request.args.get("connection", "")
    mine = [each.name for each in p.connections if admin.may(Act.WATCH, each.name)]
    if not connection and not admin.may(Act.WATCH):
        connection = mine[0] if mine else ""
    require(admin, Act.WATCH, connection)
    found = summary(p.figures.stored, connection, p.clock())
    if request.args.get("form") == "csv":
        return _csv(found.days, connection)
    return page(
        "admin/figures.html",
        admin,
        title="Figures",
        connection=connection,
        connections=mine,
        whole=admin.may(Act.WATCH),
        summary=found,
        plots=[
            ("Views", [day.views for day in found.days]),
            ("Launches refused", [day.refused for day in found.days]),
            ("Answers not available", [day.answers["answers-unavailable"] for day in found.days]),
            ("Slowest 5 % of answers, milliseconds", [_milliseconds(day) for day in found.days]),
        ],
        points=_points,
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )


def _points(values: list[float | None]) -> str:
    """A line's corners; a lone one twice, which is drawn as a dot."""
    found = [f"{x},{y}" for x, y in plotted(values, WIDTH, HEIGHT)]
    return " ".join(found * 2 if len(found) == 1 else found)


def _milliseconds(day: Day) -> float | None:
    seconds = day.seconds[SHARES.index(0.95)]
    return None if seconds is None else round(seconds * 1000, 1)


def _csv(days: tuple[Day, ...], connection: str) -> Response:
    """Numbers only, so that no spreadsheet takes one for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["day", "views", "launches", "refused", *ANSWERS, *(f"p{share * 100:g}_s" for share in SHARES)])
    for day in days:
        date = datetime.fromtimestamp(day.at, UTC).date().isoformat()
        row = [date, day.views, day.launches, day.refused, *day.answers.values()]
        writer.writerow(row + ["" if seconds is None else f"{seconds:.4f}" for seconds in day.seconds])
    response = Response(out.getvalue(), mimetype="text/csv")
    name = f"inlay-{connection or 'all'}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
