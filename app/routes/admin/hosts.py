"""A host is added: pick it, answer what cannot be derived, take its package, publish."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, redirect, request
from markupsafe import Markup

from app.additions import Additions, packages
from app.additions.sheet import Sheet
from app.admins import Act, Admin
from app.errors import ConfigError, NotFound, Superseded
from app.hosts import HOSTS
from app.hosts._host import Host
from app.hosts._package import Package
from app.hosts._setup import Setup
from app.hosts._steps import steps
from app.keys import Keyring
from app.routes.admin._door import done, page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-hosts", __name__)
PATH = "/admin/hosts/add"


@blueprint.get(PATH)
@shown(Act.OPERATE)
def pick(admin: Admin) -> Response:
    """The hosts that can be added by questions."""
    require(admin, Act.OPERATE)
    hosts = [(each.name, each.setup) for each in HOSTS.values() if each.setup]
    return page("admin/hosts.html", admin, title="Add a host", hosts=hosts)


@blueprint.get(f"{PATH}/<name>")
@shown(Act.OPERATE)
def ask(admin: Admin, name: str) -> Response:
    """The questions of one host."""
    require(admin, Act.OPERATE)
    host, setup = _host(name)
    return _sheet(admin, _additions().begin(host, setup))


@blueprint.post(f"{PATH}/<name>")
@done(Act.OPERATE)
def answer(admin: Admin, name: str) -> Response:
    """`Go on` shows what follows from the answers; a package is given; what was shown is published."""
    require(admin, Act.OPERATE)
    host, setup = _host(name)
    sheet = _additions().read(host, setup, request.form.to_dict(flat=False), admin.name)
    if sheet.settings is None:
        return _sheet(admin, sheet, status=422)
    if wanted := request.form.get("package"):
        return given(admin, packages.sound(sheet.settings, sheet.settings.connections[sheet.name]), sheet.name, wanted)
    if "publish" in request.form and sheet.draft and request.form.get("seen") == _digest(sheet):
        try:
            parts().publisher.publish(sheet.draft, admin.name, sheet.before)
        except Superseded:
            sheet.errors[""] = "Somebody else has published at the same moment. Publish again."
            return _sheet(admin, sheet, status=409)
        return redirect(f"/admin/connections/{sheet.name}/arrival", 303)  # type: ignore[return-value]
    return _sheet(admin, sheet)


def given(admin: Admin, made: dict[str, Package], connection: str, wanted: str) -> Response:
    """A package as a file; who took it is written down."""
    content = packages.download(made, wanted)
    parts().audit.write("package.given", connection=connection, detail={"admin": admin.name})
    response = Response(content, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{wanted}"'
    return response


def _additions() -> Additions:
    p = parts()
    keyring = Keyring.from_secrets([each.reveal_bytes() for each in p.settings.server.keys])
    return Additions(p.publisher, p.vault, keyring, p.settings.server.public_url)


def _host(name: str) -> tuple[Host, Setup]:
    host = HOSTS.get(name)
    if host is None or host.setup is None:
        raise NotFound("There is no such host.", reason="host-unknown")
    return host, host.setup


def _sheet(admin: Admin, sheet: Sheet, *, status: int = 200) -> Response:
    p = parts()
    made, unmade = _packages(sheet)
    url = p.settings.server.public_url
    at_host = steps(sheet.host.name, sheet.name, url) if sheet.settings else []
    return page(
        "admin/add.html",
        admin,
        status=status,
        title=f"Add {sheet.setup.title}",
        sheet=sheet,
        setup=sheet.setup,
        host=sheet.host.name,
        tags=list(p.catalog),
        reads=sheet.host.reads,
        offered=sheet.offered_capabilities(),
        readers=[each.name for each in p.connections if p.connections.can_read(each)],
        packages=made,
        unmade=unmade,
        about=sheet.host.package.about if sheet.host.package else "",
        steps=[(each.title, Markup(each.html)) for each in at_host],  # noqa: S704 ours, and its values are escaped
        seen=_digest(sheet),
        folder=str(p.vault.folder),
        one_machine=p.database.is_sqlite,
    )


def _packages(sheet: Sheet) -> tuple[list[str], str]:
    """What can be taken, or why nothing can."""
    if sheet.settings is None:
        return [], ""
    try:
        return list(packages.sound(sheet.settings, sheet.settings.connections[sheet.name])), ""
    except ConfigError as error:
        return [], str(error)


def _digest(sheet: Sheet) -> str:
    return hashlib.sha256(sheet.draft.text.encode()).hexdigest() if sheet.draft else ""
