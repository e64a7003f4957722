"""Alerts: what is wrong now, what was, how every rule stands, and what the webhook was told."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, request

from app.admins import Act, Admin
from app.health.alerts.measure import Measured
from app.health.alerts.rules import RULES, said
from app.routes.admin._door import done, page, require, shown
from app.web.parts import parts

blueprint = Blueprint("admin-alerts", __name__)
PATH = "/admin/alerts"
HISTORY, MESSAGES = 50, 10


@blueprint.get(PATH)
@shown(Act.WATCH)
def alerts(admin: Admin) -> Response:
    """Of one's own connections; of the whole deployment for those who look after all of it."""
    p = parts()
    mine = [each.name for each in p.connections if admin.may(Act.WATCH, each.name)]
    kept, operates = p.watch.kept, admin.may(Act.OPERATE)
    measured = [each for each in p.watch.now(mine) if admin.may(Act.WATCH, each.connection)]
    worst = {rule.name: _worst(rule.above, [each for each in measured if each.rule == rule]) for rule in RULES}
    return page(
        "admin/alerts.html",
        admin,
        title="Alerts",
        lasting=[each for each in kept.lasting() if admin.may(Act.WATCH, each.connection)],
        over=[each for each in kept.over(HISTORY) if admin.may(Act.WATCH, each.connection)],
        rules=[(rule, worst[rule.name]) for rule in RULES if worst[rule.name] or admin.may(Act.WATCH)],
        webhook=bool(p.settings.alerts.webhook),
        messages=kept.messages(MESSAGES) if operates else [],
        operates=operates,
        sent="sent" in request.args,
        said=said,
        when=lambda at: datetime.fromtimestamp(at, UTC),
    )


@blueprint.post(f"{PATH}/test")
@done(Act.OPERATE)
def test(admin: Admin) -> Response:
    """Have the webhook told something that says that it is a test; whether it arrived, the page shows."""
    require(admin, Act.OPERATE)
    parts().watch.test(admin.name)
    parts().wake_jobs()
    return redirect(f"{PATH}?sent", 303)  # type: ignore[return-value]


def _worst(above: bool, found: list[Measured]) -> Measured | None:
    """The value nearest to its bound, or furthest beyond; where nothing is known, nothing."""
    known = [each for each in found if each.value is not None]
    sign = 1 if above else -1
    return max(known, key=lambda each: (each.broken, sign * (each.value or 0.0)), default=None)
