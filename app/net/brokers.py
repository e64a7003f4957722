"""Message brokers behind one small interface: take, acknowledge, publish; at least once, both ways.

What a broker must offer fits a queue (AMQP, SQS) as well as a log (Kafka): a delivery is acknowledged (deleted, its
offset committed), given back (not so), or parked (put where people look at it, then acknowledged).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker is, and what we are to it."""

    name: str
    url: str = field(repr=False)  # may hold a password
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    exchange: str = ""
    prefetch: int = 20
    declare: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """To be published. Messages of one `subject` are in order; `id` stays the same when it is published twice."""

    id: str
    type: str
    subject: str
    key: str  # what subscribers choose by
    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that came in, ours until it is acknowledged, given back or parked."""

    queue: str
    id: str  # empty where its sender gave none
    body: bytes
    again: bool  # it was delivered before
    tag: Any = field(repr=False)  # the link's own


class Link(Protocol):
    """An open link to a broker, for one thread. Every method raises BrokerUnavailable, after which it is of no use."""

    def subscribe(self, queues: Collection[str]) -> frozenset[str]:
        """Have the messages of these queues delivered; those that are missing."""

    def poll(self, wait_s: float) -> Delivery | None:
        """The next message; None when there was none in this time. Keeps the link alive, so call it often."""

    def ack(self, delivery: Delivery) -> None:
        """It is done: never delivered again. Raises BrokerUnavailable."""

    def give_back(self, delivery: Delivery) -> None:
        """It is delivered again, to us or to another."""

    def park(self, delivery: Delivery) -> None:
        """It is not delivered again, but kept by the broker where it is told to keep such messages."""

    def publish(self, message: Message) -> None:
        """Returns once the broker has it for good."""

    def missing(self, queues: Collection[str], *, exchange: bool = True) -> frozenset[str]:
        """Of these queues, and of the exchange, what is not there. Makes nothing."""

    def close(self) -> None:
        """Never raises."""


Connect = Callable[[Address], Link]  # raises BrokerUnavailable; ConfigError where a driver is missing
