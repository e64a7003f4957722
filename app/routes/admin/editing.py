"""The configuration as a text to change: checked, shown as a difference, and published when that is seen."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, redirect, request

from app.admins import Act, Admin
from app.errors import BadRequest, ConfigError, Problem, Superseded
from app.revisions import Change, Revision, differences, late
from app.revisions.publishing import Draft
from app.routes.admin._door import done, page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-editing", __name__)
PATH = "/admin/configuration/edit"
MOST_LETTERS = 400_000
FAR = 50  # revisions back, of which it can still be said what changed since


@blueprint.get(PATH)
@shown(Act.OPERATE)
def edit(admin: Admin) -> Response:
    """The text as it is in force: of one connection with `?connection=`, else of the whole file."""
    require(admin, Act.OPERATE)
    before, connection = parts().publisher.now(), request.args.get("connection", "")
    return _form(admin, before, connection, _text(before, connection))


@blueprint.post(PATH)
@done(Act.OPERATE)
def change(admin: Admin) -> Response:
    """`Check` shows what a text changes; `Publish` takes only a text whose changes were shown.

    Raises BadRequest for a text that is too long.
    """
    require(admin, Act.OPERATE)
    form, publisher = request.form, parts().publisher
    connection, text, before = form.get("connection", ""), form.get("text", "").replace("\r\n", "\n"), publisher.now()
    if len(text) > MOST_LETTERS:
        raise BadRequest("This text is longer than any configuration.", reason="text-too-long")
    if form.get("over") != str(before.number):
        return _overtaken(admin, before, connection, text, form.get("over", ""))
    try:
        draft = (
            publisher.connection_draft(connection, text, before)
            if connection
            else publisher.draft(text, before, typed=True)
        )
    except ConfigError as error:
        return _form(admin, before, connection, text, status=422, problems=error.problems)
    if "publish" not in form or form.get("seen") != _digest(draft):
        return _form(admin, before, connection, text, draft=draft, altered="publish" in form)
    try:
        publisher.publish(draft, admin.name, before)
    except Superseded:
        return _overtaken(admin, publisher.now(), connection, text, form["over"])
    return redirect("/admin/configuration", 303)  # type: ignore[return-value]


def _form(
    admin: Admin, before: Revision, connection: str, text: str, *,
    status: int = 200, problems: tuple[Problem, ...] = (), draft: Draft | None = None, altered: bool = False,
    overtaken: list[Change] | None = None, by: str = "",
) -> Response:  # fmt: skip
    changes = draft.changes if draft else []
    values: dict[str, Any] = {"late": late(changes), "seen": _digest(draft) if draft else "", "altered": altered}
    return page(
        "admin/edit.html",
        admin,
        status=status,
        title=connection or "Change the configuration",
        connection=connection,
        connections=list(parts().connections),
        text=text,
        over=before.number,
        problems=problems,
        changes=changes,
        checked=draft is not None,
        overtaken=overtaken,
        by=by,
        **values,
    )


def _overtaken(admin: Admin, now: Revision, connection: str, text: str, over: str) -> Response:
    """What somebody else published meanwhile, and the text that was to be published over it."""
    base = next((each for each in parts().revisions.all(FAR) if str(each.number) == over), None)
    changes = differences(base.text, now.text) if base else []
    return _form(admin, now, connection, text, status=409, overtaken=changes, by=now.by)


def _text(before: Revision, connection: str) -> str:
    if not connection:
        return before.text
    text = parts().publisher.section(connection, before)
    if not text:
        mend = "It has no section of its own there: change the whole text."
        raise BadRequest(f"The configuration has no [connections.{connection}]. {mend}", reason="section-unknown")
    return text


def _digest(draft: Draft) -> str:
    return hashlib.sha256(draft.text.encode()).hexdigest()
