"""What tests ask of a RabbitMQ by the plain client, as any other system of the customer's would: not by our classes."""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pika

from app.config import BrokerSettings


@dataclass
class Rabbit:
    """A corner of a broker: an exchange, and a queue of the same name for events, with its parked ones."""

    url: str
    name: str

    @property
    def settings(self) -> BrokerSettings:
        return BrokerSettings(name="main", url=self.url, exchange=self.name, declare=True)

    @contextlib.contextmanager
    def channel(self) -> Iterator[Any]:
        parameters = pika.URLParameters(self.url)
        parameters.socket_timeout = parameters.stack_timeout = 5
        connection = pika.BlockingConnection(parameters)
        try:
            yield connection.channel()
        finally:
            with contextlib.suppress(Exception):
                connection.close()

    def subscriber(self, key: str = "#") -> str:
        """A durable queue that hears what is published; its name."""
        name = f"{self.name}.heard"
        with self.channel() as channel:
            channel.exchange_declare(self.name, "topic", durable=True)
            channel.queue_declare(name, durable=True)
            channel.queue_bind(name, self.name, key)
        return name

    def send(self, *bodies: Any, id_: str = "", queue: str = "") -> None:
        """Events into our queue, each confirmed by the broker."""
        with self.channel() as channel:
            channel.confirm_delivery()
            for body in bodies:
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                properties = pika.BasicProperties(message_id=id_ or secrets.token_hex(8), delivery_mode=2)
                channel.basic_publish("", queue or self.name, raw, properties, mandatory=True)

    def all_of(self, queue: str, wanted: int = 0, within_s: float = 10.0) -> list[tuple[Any, Any, dict[str, Any]]]:
        """Messages of a queue, taken out: at least so many, or as many as there are."""
        found: list[tuple[Any, Any, dict[str, Any]]] = []
        until = time.monotonic() + within_s
        with self.channel() as channel:
            while time.monotonic() < until:
                method, properties, body = channel.basic_get(queue, auto_ack=True)
                if method is not None:
                    found.append((method, properties, json.loads(body)))
                elif len(found) >= wanted:
                    break
                else:
                    time.sleep(0.02)
        return found

    def depth(self, queue: str) -> int:
        with self.channel() as channel:
            return int(channel.queue_declare(queue, passive=True).method.message_count)

    def is_there(self) -> bool:
        """Whether somebody has made our queue."""
        try:
            self.depth(self.name)
        except Exception:  # noqa: BLE001 it is not made yet
            return False
        return True

    def clean(self) -> None:
        with contextlib.suppress(Exception), self.channel() as channel:
            channel.exchange_delete(self.name)
            for end in ("", ".parked", ".heard"):
                channel.queue_delete(f"{self.name}{end}")


@contextlib.contextmanager
def rabbit(url: str) -> Iterator[Rabbit]:
    """A corner of its own on this broker, gone afterwards."""
    made = Rabbit(url, f"inlay-test-{secrets.token_hex(6)}")
    try:
        yield made
    finally:
        made.clean()


def until(holds: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait for it, or fail."""
    ends = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < ends, "it did not come so in time"
        time.sleep(0.02)
