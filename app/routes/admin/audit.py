"""The auditor's page: what was shown to whom, what was refused, who did what; to read here or to take away.

That somebody searched, and for what, is written into the log before anything is shown of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from app.admins import Act, Admin
from app.audit import EVENTS
from app.audit.export import FORMS, exported
from app.audit.search import Place, Query, as_dict, connections, found, search
from app.errors import BadRequest, NotFound
from app.routes.admin._door import done, page, shown
from app.web.parts import parts

blueprint = Blueprint("admin-audit", __name__)
PAGE = 50
WORDS = ("viewer", "record", "version", "event")


@blueprint.get("/admin/audit")
@shown(Act.AUDIT)
def audit(admin: Admin) -> Response:
    """A page of what a search finds, the newest first. That somebody searched is written down before it is shown."""
    asked = request.args
    query = _query(admin, asked)
    after = Place.parse(asked["after"]) if asked.get("after") else None
    _note("audit.searched", admin, query)
    p = parts()
    result = search(p.database, query, PAGE, after)
    return page(
        "admin/audit.html",
        admin,
        title="Audit",
        asked={name: asked.get(name, "") for name in ("connection", *WORDS, "since", "until")},
        connections=_choices(admin),
        events=sorted(EVENTS),
        rows=[as_dict(row) for row in result.rows],
        after=result.after,
        is_first=after is None,
        forms=FORMS,
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )


@blueprint.post("/admin/audit/export")
@done(Act.AUDIT)
def export(admin: Admin) -> Response:
    """All that a search finds, as a file; it is read while it is sent. Raises BadRequest for another kind of file."""
    query, form = _query(admin, request.form), request.form.get("form", "")
    if form not in FORMS:
        raise BadRequest("An export is a csv or a jsonl.", reason="export-form")
    _note("audit.exported", admin, query, how=form)
    response = Response(_bytes(query, form), content_type=FORMS[form])
    response.headers["Content-Disposition"] = f'attachment; filename="inlay-audit.{form}"'
    return response


def _bytes(query: Query, form: str) -> Iterator[bytes]:
    """What cannot be read to its end breaks off, so that no browser takes a part for the whole."""
    database = parts().database

    def sent() -> Iterator[bytes]:
        for part in exported(found(database, query), form):
            yield part.encode()

    return sent()


def _query(admin: Admin, asked: Mapping[str, str]) -> Query:
    """What was asked, within what this admin may see. Raises NotFound, BadRequest."""
    connection = asked.get("connection", "")
    if connection and not admin.may(Act.AUDIT, connection):
        raise NotFound("There is no such connection, or it is not yours to look after.")
    scope = [connection] if connection else sorted(admin.connections) or None
    words = {name: asked.get(name, "").strip() for name in WORDS}
    return Query(scope, **words, since=_moment(asked.get("since", "")), until=_moment(asked.get("until", "")))


def _moment(text: str) -> float | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        raise BadRequest("Write a time like 2026-11-30T14:00.", reason="time-malformed") from None


def _choices(admin: Admin) -> list[str]:
    """Those that this admin may look at: configured, or gone while their rows stay."""
    known = {each.name for each in parts().connections} | {*connections(parts().database)}
    return sorted(name for name in known if admin.may(Act.AUDIT, name))


def _note(event: str, admin: Admin, query: Query, **more: Any) -> None:
    names = list(query.connections or ())
    connection = names[0] if len(names) == 1 else None
    detail = {"admin": admin.name, "filters": query.said(), **more}
    parts().audit.write(event, connection=connection, detail=detail)
