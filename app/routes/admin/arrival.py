"""How far a new connection has come, line by line; and its packages, for as long as it is there."""

from __future__ import annotations

import tomllib

from flask import Blueprint, Response, jsonify, request
from markupsafe import Markup

from app.additions import packages
from app.additions.arrivals import Line, came, lines
from app.admins import Act, Admin
from app.audit.lately import last_reason
from app.errors import ConfigError, NotFound
from app.health.diagnosis import diagnose, failing, scene
from app.hosts import HOSTS
from app.hosts._steps import steps
from app.routes.admin._door import done, page, require, shown
from app.routes.admin.hosts import given
from app.web.parts import parts

blueprint = Blueprint("admin-arrival", __name__)


@blueprint.get("/admin/connections/<connection>/arrival")
@shown(Act.WATCH)
def arrival(admin: Admin, connection: str) -> Response:
    """The page, with the packages for whoever may change the connection."""
    found, host = _lines(admin, connection), _host(connection)
    p = parts()
    holds = connection in p.connections
    at_host = steps(host, connection, p.settings.server.public_url)
    made, unmade = _packages(connection) if holds and admin.may(Act.CHANGE, connection) else ([], "")
    return page(
        "admin/arrival.html",
        admin,
        title=f"{connection}: how far it is",
        connection=connection,
        lines=found,
        holds=holds,
        packages=made,
        unmade=unmade,
        steps=[(each.title, Markup(each.html)) for each in at_host],  # noqa: S704 ours, and its values are escaped
        come=all(each.state == "ok" for each in found),
    )


@blueprint.get("/admin/connections/<connection>/arrival.json")
@shown(Act.WATCH)
def look(admin: Admin, connection: str) -> Response:
    """The same for the page's script, which asks every two seconds."""
    return jsonify({each.key: {"state": each.state, "text": each.text} for each in _lines(admin, connection)})


@blueprint.post("/admin/connections/<connection>/package")
@done(Act.CHANGE)
def package(admin: Admin, connection: str) -> Response:
    """One of the packages, as a file."""
    require(admin, Act.CHANGE, connection)
    p, wanted = parts(), request.form.get("package", "")
    return given(admin, packages.sound(p.settings, p.settings.connections[connection]), connection, wanted)


def _lines(admin: Admin, connection: str) -> list[Line]:
    """Also of a connection that was published and is not taken over here yet."""
    p = parts()
    newest = p.revisions.newest()
    published = connection in tomllib.loads(newest.text).get("connections", {}) if newest else False
    holds = connection in p.connections
    if not admin.may(Act.WATCH, connection) or not (published or holds):
        raise NotFound("There is no such connection, or it is not yours to look after.")
    refused = (
        last_reason(p.database, "configuration.refused", "revision", newest.number) if newest and not holds else ""
    )
    worst, seen = None, came(p.database, connection)
    if holds and "view.shown" not in seen:
        plan, now = p.rollouts.plan(connection), p.clock()
        worst = failing(diagnose(scene(p.settings, connection, p.database, p.framings.all(), plan, 0, now)))
    url = p.settings.server.public_url
    return lines(published, holds, refused, seen, worst, url)


def _host(connection: str) -> str:
    p = parts()
    if connection in p.connections:
        return p.connections.get(connection).settings.host
    found = tomllib.loads(p.publisher.now().text).get("connections", {}).get(connection, {}).get("host", "")
    return found if found in HOSTS else ""


def _packages(connection: str) -> tuple[list[str], str]:
    """What can be taken, or why nothing can."""
    p = parts()
    try:
        return list(packages.sound(p.settings, p.settings.connections[connection])), ""
    except ConfigError as error:
        return [], str(error)
