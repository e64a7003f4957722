"""Secrets that are entered in a page: kept as `inlay secret set` keeps them, and shown to nobody again."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, request

from app.admins import Act, Admin
from app.errors import ConfigError, Problem
from app.revisions.vault import referred
from app.routes.admin._door import done, page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-secrets", __name__)
PATH = "/admin/configuration/secrets"


@blueprint.get(PATH)
@shown(Act.OPERATE)
def secrets(admin: Admin) -> Response:
    """The names of what is kept, and where the configuration refers to them; never a value."""
    require(admin, Act.OPERATE)
    return _page(admin)


@blueprint.post(PATH)
@done(Act.OPERATE)
def change(admin: Admin) -> Response:
    """Keep one, remove one, or have all read again by every running server."""
    require(admin, Act.OPERATE)
    p, form = parts(), request.form
    name = form.get("name", "").strip()
    try:
        if form.get("act") == "again":
            p.publisher.again(admin.name)
            return redirect("/admin/configuration", 303)  # type: ignore[return-value]
        if form.get("act") == "remove":
            _remove(name, admin)
        else:
            p.vault.put(name, form.get("value", ""), admin.name)
    except ConfigError as error:
        return _page(admin, status=422, name=name, problems=error.problems)
    return redirect(f"{PATH}?done={name}", 303)  # type: ignore[return-value]


def _remove(name: str, admin: Admin) -> None:
    p = parts()
    if setting := referred(p.publisher.now().text, p.vault.folder.parent).get(name):
        raise ConfigError([Problem(name, f"{setting} refers to it.", "Take it out of the configuration first.")])
    p.vault.remove(name, admin.name)


def _page(admin: Admin, *, status: int = 200, name: str = "", problems: tuple[Problem, ...] = ()) -> Response:
    p = parts()
    used, kept = referred(p.publisher.now().text, p.vault.folder.parent), p.vault.all()
    there = {each.name for each in kept}
    return page(
        "admin/secrets.html",
        admin,
        status=status,
        title="Secrets",
        kept=[(each, used.get(each.name, "")) for each in kept],
        missing=sorted(each for each in used if each not in there),
        done=request.args.get("done", "") if request.args.get("done") in there else "",
        used=used,
        name=name,
        problems=problems,
        folder=str(p.vault.folder),
        one_machine=p.database.is_sqlite,
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )
