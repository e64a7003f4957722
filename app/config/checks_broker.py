"""The checks of a connection's broker: that it is there, is used for something, and by nobody else's queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.config.reader import Reader
from app.config.references import BROKER

if TYPE_CHECKING:
    from app.config.connection import ConnectionSettings
    from app.config.table import Settings

_NEEDS = {"broker_queue": "broker", "publish": "broker", "publish_key": "publish"}


def check_broker(settings: Settings, reader: Reader, connection: ConnectionSettings) -> None:
    """Put what is wrong on the reader's list of problems."""
    path = ("connections", connection.name)
    for there, missing in _NEEDS.items():
        if reader.given(*path, there) and not reader.given(*path, missing):
            reader.problem((*path, there), f"is set without {missing}.", f"Set {missing} too, or remove {there}.")
    for name in connection.publish or ():
        if name not in (connection.capabilities or ()):
            mend = f"Known here are: {', '.join(connection.capabilities or ()) or 'none'}."
            reader.problem((*path, "publish"), f"the connection has no capability {name}.", mend)
    if not connection.broker:
        return
    broker = settings.brokers.get(connection.broker)
    if broker is None:
        mend = f"Known are: {', '.join(settings.brokers) or 'none'}. Or add [brokers.{connection.broker}]."
        reader.problem((*path, "broker"), f"there is no broker {connection.broker}.", mend)
    elif not broker.url and reader.sound("brokers", broker.name, "url"):
        reader.problem(("brokers", broker.name), "has no url.", f"Add url = {BROKER.example!r}.")
    if not connection.broker_queue and not connection.publish:
        reader.problem((*path, "broker"), "is used for nothing.", "Set broker_queue or publish, or take it out.")
    _alone(settings, reader, connection)


def _alone(settings: Settings, reader: Reader, connection: ConnectionSettings) -> None:
    for other in settings.connections.values():
        same = (other.broker, other.broker_queue) == (connection.broker, connection.broker_queue)
        if other.name < connection.name and connection.broker_queue and same:
            what = f"is the queue of {other.name} too: each would get half of what is meant for the other."
            reader.problem(
                ("connections", connection.name, "broker_queue"), what, "Give each connection a queue of its own."
            )
