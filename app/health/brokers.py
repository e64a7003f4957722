"""Whether the customer's brokers let us in, and have what we publish to and take from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from app.config import BrokerSettings, Settings
from app.errors import BrokerUnavailable, ConfigError
from app.health.findings import Finding
from app.net.brokers import Address, Connect

_WHY = {
    "broker-away": "does not answer",
    "broker-refuses-us": "does not let us in",
}


def brokers(settings: Settings, connect: Connect) -> Iterator[Finding]:
    """Asks, and makes nothing."""
    for name, each in settings.brokers.items():
        users = [one for one in settings.connections.values() if one.broker == name]
        if users:
            queues = [one.broker_queue for one in users if one.broker_queue]
            yield _asked(f"broker {name}", each, queues, connect, publishes=any(one.publish for one in users))


def address(broker: BrokerSettings) -> Address:
    """Where it is, and what we are to it."""
    return Address(
        broker.name, broker.url, broker.authority, broker.certificate, broker.key, broker.exchange, broker.prefetch,
        broker.declare,
    )  # fmt: skip


def _asked(where: str, broker: BrokerSettings, queues: list[str], connect: Connect, *, publishes: bool) -> Finding:
    try:
        with closing(connect(address(broker))) as link:
            missing = link.missing(queues, exchange=publishes)
    except BrokerUnavailable as error:
        what = f"{_WHY.get(error.reason, 'cannot be used')} ({error.reason})."
        return Finding("problem", where, what, f"Look at [brokers.{broker.name}] url, and at our user's rights there.")
    except ConfigError as error:
        return Finding("problem", where, error.problems[0].what, error.problems[0].mend)
    if missing and not broker.declare:
        what = f"has no {', '.join(sorted(missing))}."
        return Finding("problem", where, what, "Make it there, or set declare = true.")
    return Finding("ok", where, "lets us in, and has what we need of it.")
