"""How it goes and who uses it: the last thirty days, of a connection, of a component, or of all."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from app.admins import Act, Admin
from app.audit.lately import commonest
from app.config import CapabilitySettings, ConnectionSettings
from app.db.jobs import depth
from app.errors import NotFound
from app.figures import arms, plots
from app.figures.breakdown import Line, calls, conversions, filled, first_view, lines, wanted
from app.figures.names import ANSWERS, LEVELS, REVIEWS, THUMBS
from app.figures.satisfied import Satisfied
from app.figures.stored import DAY_S
from app.figures.summary import SHARES, WEEK, Day, Summary, summary
from app.health.alerts.kept import Alert
from app.routes.admin._door import page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-figures", __name__)


@blueprint.get("/admin/figures")
@shown(Act.WATCH)
def figures(admin: Admin) -> Response:
    """Thirty days of what this admin looks after. Raises NotFound for a component that there is not."""
    p, connection, component = parts(), request.args.get("connection", ""), request.args.get("component", "")
    mine = {each.name: each.settings for each in p.connections if admin.may(Act.WATCH, each.name)}
    whole = admin.may(Act.WATCH)
    connection = connection or ("" if whole else next(iter(mine), ""))
    require(admin, Act.WATCH, connection)
    if component and component not in p.catalog:
        raise NotFound("There is no such component.")
    scope = {connection: mine[connection]} if connection else mine
    cores = [*p.settings.cores.values()] if not connection else []
    tried = [*p.settings.capabilities.values()] if whole and not (connection or component) else []
    features = sorted({name for each in scope.values() for name in _features(each)})
    found = summary(p.figures.stored, connection, p.clock(), component, [*wanted(cores, features), *arms.wanted(tried)])
    if request.args.get("form") == "csv":
        return _csv(found.days, connection, component)
    by_connection = lines(p.figures.stored, "connection", scope, p.clock(), component)
    by_component = lines(p.figures.stored, "component", {}, p.clock(), connection)
    if request.args.get("form") == "satisfaction":
        return _file(satisfaction_rows(by_connection, by_component), f"satisfaction-{connection or 'all'}")
    return page(
        "admin/figures.html",
        admin,
        title="Figures",
        connection=connection,
        component=component,
        connections=mine,
        components=[*p.catalog],
        whole=whole,
        entitled=0 if component else sum(each.entitled for each in scope.values()),
        lasting=_lasting(admin, connection),
        lines=by_connection,
        components_lines=by_component,
        **_satisfied(by_connection, [] if component else by_component),
        calls=[] if component else calls(p.figures.stored, found, cores, scope, p.clock()),
        errors=commonest(p.database, connection, p.clock() - WEEK * DAY_S),
        jobs=depth(p.database, p.clock()) if whole and not connection else {},
        first_view=_first_view(connection),
        **_read_off(found, features, mine.get(connection), tried),
    )


def _satisfied(by_connection: list[Line], by_component: list[Line]) -> dict[str, Any]:
    return {
        "satisfied": Satisfied.of_all([each.satisfied for each in by_connection]),
        "asked_lines": [each for each in (*by_connection, *by_component) if each.satisfied.asked],
    }


def _read_off(
    found: Summary, features: list[str], settings: ConnectionSettings | None, tried: list[CapabilitySettings]
) -> dict[str, Any]:
    """What the page shows that needs no further question."""
    return {
        "summary": found,
        "canaries": arms.canaries(found, tried),
        "when": lambda at: datetime.fromtimestamp(at, UTC),
        "saved": _saved(found, settings),
        "plots": _plots(found),
        "strip": _strip(found.days),
        "levels": [(level, found.hits(level)) for level in LEVELS if found.hits(level) is not None],
        "filled": filled(found, features),
        "conversions": conversions(found),
        "names": {"answers": ANSWERS, "reviews": REVIEWS, "thumbs": THUMBS},
    }


def _features(settings: ConnectionSettings) -> tuple[str, ...]:
    known = parts().settings.capabilities
    return tuple(name for each in settings.capabilities for name in known[each].fields if known[each].kind == "score")


def _saved(found: Summary, settings: ConnectionSettings | None) -> float | None:
    """Hours, as the connection says that a view saves them; None where it says nothing."""
    each = settings.view_saves if settings else 0.0
    return found.total("views") * each / 3600 if each else None


def _lasting(admin: Admin, connection: str) -> list[Alert]:
    """What is wrong with what is looked at; of the whole deployment everything that this admin may know."""
    found = [each for each in parts().watch.kept.lasting() if admin.may(Act.WATCH, each.connection)]
    return [each for each in found if not connection or each.connection in ("", connection)]


def _first_view(connection: str) -> dict[str, float | None] | None:
    """When the roll-out began, and within how many seconds of it somebody saw a score; None where there was none."""
    began = parts().rollouts.began(connection) if connection else None
    if began is None:
        return None
    return {"began": began, "seconds": first_view(parts().figures.stored, connection, began, parts().clock())}


def _plots(found: Summary) -> dict[str, dict[str, Any]]:
    days = found.days
    shares = {"failed": [_percent(day.failed) for day in days], "fresh": [_percent(day.fresh) for day in days]}
    speed = [[None if day.seconds[n] is None else day.seconds[n] * 1000 for day in days] for n in range(len(SHARES))]  # type: ignore[operator]
    return {
        "viewers": _plot("bars", [[day.viewers for day in days]]),
        "views": _plot("bars", [[day.counts["views"] for day in days]]),
        "speed": _plot("lines", speed),
        "failed": _plot("lines", [shares["failed"]], least=0.1),
        "fresh": _plot("lines", [shares["fresh"]], least=100.0),
        "refused": _plot("bars", [[day.counts["refused"] for day in days]]),
    }


def _plot(kind: str, series: list[list[Any]], least: float = 0.0) -> dict[str, Any]:
    top = plots.ceiling(series, least)
    draw = plots.bars if kind == "bars" else plots.line
    return {"kind": kind, "top": top, "paths": [draw(values, top) for values in series]}


def _percent(value: float | None) -> float | None:
    return None if value is None else value * 100


def _strip(days: tuple[Day, ...]) -> list[tuple[Day, str]]:
    """Each day in a word: good, warn, bad, or plain where nothing is known."""
    return [(day, _standing(day)) for day in days]


def _standing(day: Day) -> str:
    if day.up is None:
        return "plain"
    worst = max((1 - day.up) / 0.005, (day.failed or 0.0) / 0.001)  # in bounds of the rules
    return "good" if worst <= 1 else "warn" if worst <= 5 else "bad"


def _csv(days: tuple[Day, ...], connection: str, component: str) -> Response:
    """Numbers only, so that no spreadsheet takes one for a formula."""
    counts: Mapping[str, int] = days[-1].counts
    quantiles = [f"p{share * 100:g}_s" for share in SHARES]
    rows: list[list[object]] = [["day", *(name.replace(":", "-") for name in counts), "viewers", "uptime", *quantiles]]
    for day in days:
        date = datetime.fromtimestamp(day.at, UTC).date().isoformat()
        shares = ["" if each is None else f"{each:.4f}" for each in (day.up, *day.seconds)]
        rows.append([date, *day.counts.values(), day.viewers, *shares])
    return _file(rows, f"{connection or 'all'}{f'-{component}' * bool(component)}")


def satisfaction_rows(by_connection: list[Line], by_component: list[Line]) -> list[list[object]]:
    """Of thirty days. What is too few to be told is empty."""
    head = ["of", "name", "asked", "declined", "answers", "mean", "satisfied", "response", "1", "2", "3", "4", "5"]
    rows: list[list[object]] = [[*head]]
    for of, lines_ in (("connection", by_connection), ("component", by_component)):
        for line in lines_:
            said = line.satisfied
            shares = ["" if each is None else f"{each:.4f}" for each in (said.mean, said.score, said.response)]
            told = said.told or ("",) * 5
            rows.append([of, line.name, said.asked, said.declined, said.answers, *shares, *told])
    return rows


def _file(rows: list[list[object]], name: str) -> Response:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    response = Response(out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="inlay-{name}.csv"'
    return response
