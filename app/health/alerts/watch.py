"""The watch: looks at the rules each minute, and tells the webhook what begins and what is over, once.

It is one job for all processes, which puts its next time into the table first. Should two of them look at once, the
table decides who tells. A message is a job of its own: it is sent until somebody takes it, or for about ten hours.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from app.audit.log import AuditLog
from app.audit.sealer import Sealer
from app.config import Settings
from app.db.jobs import Priority, enqueue
from app.errors import BadRequest, OutboundError, Unavailable
from app.figures.stored import StoredFigures
from app.health.alerts.kept import Alert, KeptAlerts, Message, of
from app.health.alerts.measure import Measured, measured
from app.health.alerts.rules import said
from app.keys.webhooks import signed
from app.net.door import Caller, Request

WATCH, ALERT = "watch", "alert"  # kinds of jobs
EACH_S = 60.0
FIRED, RESOLVED, TEST = "alert.fired", "alert.resolved", "alert.test"
_WATCH_ATTEMPTS, _SEND_ATTEMPTS = 1_000, 24  # a message is given up after about ten hours
_DEADLINE_S, _MAX_ANSWER = 10.0, 65_536


class NotTaken(Unavailable):
    """The webhook's receiver did not take a message."""

    code = "webhook-refused"


class Watch:
    """Alerts of this deployment. Every method raises StoreUnavailable."""

    def __init__(
        self,
        settings: Settings,
        kept: KeptAlerts,
        figures: StoredFigures,
        audit: AuditLog,
        sealer: Sealer,
        door: Caller,
        clock: Callable[[], float],
    ) -> None:
        self._settings, self.kept, self._figures = settings, kept, figures
        self._audit, self._sealer, self._door, self._clock = audit, sealer, door, clock

    def begin(self) -> None:
        """See to it that the watch is in the table."""
        with self.kept.database.begin() as conn:
            at = self._clock() + EACH_S
            enqueue(conn, WATCH, {}, run_at=at, dedupe_key=WATCH, max_attempts=_WATCH_ATTEMPTS)

    def now(self, connections: Collection[str]) -> list[Measured]:
        """How every rule stands."""
        return measured(self._figures, connections, self._clock(), self._sealer.overdue_s())

    def look(self) -> None:
        """It is time: what is wrong that was not, and the other way round; and come back."""
        self.begin()
        now = self._clock()
        broken = {
            (each.rule.name, each.connection): each for each in self.now(self._settings.connections) if each.broken
        }
        lasting = of(self.kept.lasting())
        for key, each in broken.items():
            if key not in lasting:
                self._fire(Alert(*key, each.value or 0.0, now, None))
        over = [alert for key, alert in lasting.items() if key not in broken]
        for alert in over:
            self._resolve(alert, now)
        if over:
            self.kept.prune(now)

    def test(self, admin: str) -> None:
        """Tell the webhook that this is only a test. Raises BadRequest where there is none."""
        if not self._settings.alerts.webhook:
            raise BadRequest("There is no webhook. Set webhook and secrets under [alerts].", reason="webhook-unset")
        with self.kept.database.begin() as conn:
            self._tell(conn, TEST, f"msg_test_{secrets.token_hex(8)}", {"summary": "This is a test: nothing is wrong."})
            self._audit.write("alert.tested", conn=conn, detail={"admin": admin})

    def send(self, name: str) -> None:
        """Send a message; one that was sent is not sent again. Raises NotTaken, OutboundError."""
        message, alerts = self.kept.message(name), self._settings.alerts
        if message is None or message.sent_at is not None or not alerts.webhook:
            return
        body, now = message.body.encode(), self._clock()
        headers = {"Content-Type": "application/json"} | signed(alerts.secrets, name, int(now), body)
        request = Request(
            "POST", alerts.webhook, headers=headers, body=body, deadline_s=_DEADLINE_S, max_bytes=_MAX_ANSWER
        )
        try:
            response = self._door.call(request)
            if not response.ok:
                raise NotTaken(reason=f"webhook-status-{response.status}")
        except (OutboundError, NotTaken) as error:
            self.kept.note(name, None, error.reason)
            raise
        self.kept.note(name, now, "")

    def _fire(self, alert: Alert) -> None:
        with self.kept.database.begin() as conn:
            if self.kept.begin(conn, alert):
                self._tell(conn, FIRED, _name(alert, "fired"), self._facts(alert))

    def _resolve(self, alert: Alert, now: float) -> None:
        with self.kept.database.begin() as conn:
            if self.kept.end(conn, alert, now):
                facts = self._facts(alert) | {"resolved_at": _instant(now)}
                self._tell(conn, RESOLVED, _name(alert, "resolved"), facts)

    def _tell(self, conn: Connection, kind: str, name: str, facts: dict[str, Any]) -> None:
        if not self._settings.alerts.webhook:
            return
        now = self._clock()
        body = json.dumps({"type": kind, "timestamp": _instant(now), "data": facts})
        self.kept.add_message(conn, Message(name, kind, body, now, None, ""))
        enqueue(
            conn, ALERT, {"message": name}, priority=Priority.WAITED, run_at=now, max_attempts=_SEND_ATTEMPTS
        )  # fmt: skip

    def _facts(self, alert: Alert) -> dict[str, Any]:
        rule = alert.known
        facts = {"rule": alert.rule, "connection": alert.connection or None, "fired_at": _instant(alert.fired_at)}
        if rule is None:
            return facts
        value = said(alert.value, rule.unit)
        about = f" for {alert.connection}" if alert.connection else ""
        return facts | {
            "summary": f"{rule.title}{about} ({value})",
            "severity": rule.severity,
            "value": alert.value,
            "bound": rule.bound,
            "window_min": rule.window_min,
            "description": rule.sentence,
            "mend": rule.mend,
            "url": f"{self._settings.server.public_url}/admin/alerts",
        }


def _name(alert: Alert, what: str) -> str:
    """The message's id: the same whoever tells it, and however often."""
    return f"msg_{alert.rule}_{alert.connection or 'all'}_{int(alert.fired_at * 1000)}_{what}"


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
