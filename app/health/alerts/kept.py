"""Alerts in the database, where all processes agree on what is wrong and on who tells it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from app.db import Database
from app.db.insert_new import insert_new
from app.db.schema_alerts import alert_messages, alerts
from app.health.alerts.rules import BY_NAME, Rule

KEPT_S, MESSAGES_KEPT_S = 400 * 86_400.0, 30 * 86_400.0


@dataclass(frozen=True, slots=True)
class Alert:
    """Something was wrong from `fired_at` on; `resolved_at` is None while it lasts."""

    rule: str
    connection: str
    value: float
    fired_at: float
    resolved_at: float | None

    @property
    def known(self) -> Rule | None:
        """The rule as it is today; None when there is none of that name any more."""
        return BY_NAME.get(self.rule)


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was told, or is to be."""

    id: str
    type: str
    body: str
    made_at: float
    sent_at: float | None
    error: str


class KeptAlerts:
    """The tables of alerts. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def lasting(self) -> list[Alert]:
        """What is wrong now, the newest first."""
        return self._read(alerts.c.open_key.is_not(None), 1_000)

    def over(self, most: int) -> list[Alert]:
        """What was wrong, the newest first."""
        return self._read(alerts.c.open_key.is_(None), most)

    def begin(self, conn: Connection, alert: Alert) -> bool:
        """Whether we are the first to see it: then it is ours to tell."""
        row = {
            "rule": alert.rule, "connection": alert.connection, "value": alert.value, "fired_at": alert.fired_at,
            "resolved_at": None, "open_key": _key(alert),
        }  # fmt: skip
        return insert_new(conn, alerts, row, ("open_key",))

    def end(self, conn: Connection, alert: Alert, now: float) -> bool:
        """Whether we are the first to see that it is over."""
        c = alerts.c
        ended = update(alerts).where(c.open_key == _key(alert), c.fired_at == alert.fired_at)
        return conn.execute(ended.values(resolved_at=now, open_key=None)).rowcount == 1

    def add_message(self, conn: Connection, message: Message) -> None:
        """Keep a message until the receiver has it."""
        row = {"id": message.id, "type": message.type, "body": message.body, "made_at": message.made_at}
        conn.execute(insert(alert_messages).values(row))

    def message(self, name: str) -> Message | None:
        """A message by its id; None where there is none. Raises StoreUnavailable."""
        with self.database.read() as conn:
            row = conn.execute(select(alert_messages).where(alert_messages.c.id == name)).first()
        return _message(row) if row else None

    def messages(self, most: int) -> list[Message]:
        """The last ones, the newest first."""
        newest = select(alert_messages).order_by(alert_messages.c.made_at.desc()).limit(most)
        with self.database.read() as conn:
            return [_message(row) for row in conn.execute(newest)]

    def note(self, name: str, sent_at: float | None, error: str) -> None:
        """How an attempt to send a message ended."""
        with self.database.begin() as conn:
            mine = update(alert_messages).where(alert_messages.c.id == name)
            conn.execute(mine.values(sent_at=sent_at, error=error))

    def prune(self, now: float) -> None:
        """Forget what is kept no longer."""
        with self.database.begin() as conn:
            conn.execute(delete(alerts).where(alerts.c.resolved_at < now - KEPT_S))
            conn.execute(delete(alert_messages).where(alert_messages.c.made_at < now - MESSAGES_KEPT_S))

    def _read(self, test: object, most: int) -> list[Alert]:
        c = alerts.c
        query = select(c.rule, c.connection, c.value, c.fired_at, c.resolved_at).where(test)  # type: ignore[arg-type]
        with self.database.read() as conn:
            return [Alert(*row) for row in conn.execute(query.order_by(c.fired_at.desc(), c.id.desc()).limit(most))]


def of(found: Collection[Alert]) -> dict[tuple[str, str], Alert]:
    """Alerts by what they are of: rule and connection."""
    return {(alert.rule, alert.connection): alert for alert in found}


def _key(alert: Alert) -> str:
    return f"{alert.rule} {alert.connection}"


def _message(row: object) -> Message:
    named = row._mapping  # type: ignore[attr-defined]
    return Message(named["id"], named["type"], named["body"], named["made_at"], named["sent_at"], named["error"] or "")
