"""The settings of a customer's message broker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.config.kinds import FLAG, REGION, integer, text
from app.config.reader import row
from app.config.references import BROKER, PATH

NAME = text("inlay.acme", r"[A-Za-z0-9_.:/-]{0,200}")  # of an exchange, a queue, a routing key


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """`[brokers.<name>]`: a message broker of the customer's, for events in and out; AMQP 0-9-1, as RabbitMQ has it"""

    name: str
    url: str = row(BROKER, "Where it is; amqps:// for TLS. With a password it goes by reference.", "", shown=False)
    authority: Path | None = row(PATH, "Who signs its certificate; by default those that this machine knows.", None)  # noqa: RUF009 makes a field
    certificate: Path | None = row(PATH, "Our own certificate, where it asks for one.", None)  # noqa: RUF009 makes a field
    key: Path | None = row(PATH, "Its private key.", None)  # noqa: RUF009 makes a field
    exchange: str = row(NAME, "The topic exchange that we publish to.", "inlay")
    prefetch: int = row(integer(1, 1_000), "How many messages it hands us ahead.", 20)
    declare: bool = row(FLAG, "Whether we make exchange and queues where they are missing.", False)
    region: str = row(REGION, "Where it runs.", "", example="eu")
