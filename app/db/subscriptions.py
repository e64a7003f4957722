"""Subscriptions to hosts' changes: which are ours, until when, by which secret, and how far we have followed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import delete, insert, select, update

from app.db.database import Database
from app.db.schema import subscriptions


@dataclass(frozen=True, slots=True)
class Subscription:
    """One library of a connection. Without an `id` nobody tells us; `link` is where its changes go on from."""

    connection: str
    drive: str
    id: str
    state: str  # SHA-256 hex of the secret that notifications say
    ends_at: float
    link: str


class Subscriptions:
    """Reads and writes them. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, connection: str) -> dict[str, Subscription]:
        """Those of a connection, by drive."""
        with self._database.read() as conn:
            rows = conn.execute(select(subscriptions).where(subscriptions.c.connection == connection)).all()
        return {row.drive: Subscription(**row._mapping) for row in rows}

    def put(self, conn: DatabaseConnection, subscription: Subscription) -> None:
        """In place of what was there."""
        named = _is(subscription.connection, subscription.drive)
        values = {name: getattr(subscription, name) for name in Subscription.__slots__}
        if conn.execute(update(subscriptions).where(*named).values(values)).rowcount == 0:
            conn.execute(insert(subscriptions).values(values))

    def follow(self, conn: DatabaseConnection, connection: str, drive: str, link: str) -> None:
        """What came before this link is done."""
        conn.execute(update(subscriptions).where(*_is(connection, drive)).values(link=link))

    def lose(self, conn: DatabaseConnection, connection: str, drive: str) -> None:
        """The host tells us no more; what is missed meanwhile is found by the link."""
        conn.execute(update(subscriptions).where(*_is(connection, drive)).values(id="", ends_at=0.0))

    def drop(self, conn: DatabaseConnection, connection: str, drive: str) -> None:
        """Forget one: the host was told, or has forgotten it."""
        conn.execute(delete(subscriptions).where(*_is(connection, drive)))


def _is(connection: str, drive: str) -> tuple[Any, Any]:
    return (subscriptions.c.connection == connection, subscriptions.c.drive == drive)
