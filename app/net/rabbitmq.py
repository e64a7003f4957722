"""RabbitMQ, by AMQP 0-9-1 and the vendor's own client for Python (pika).

https://www.rabbitmq.com/docs/confirms: a message that we publish is ours until the broker confirms it; one that we take
is the broker's until we acknowledge it.
"""

from __future__ import annotations

import ssl
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from app.errors import BrokerUnavailable, ConfigError, Problem
from app.net.brokers import Address, Delivery, Message

CONNECT_S = 5.0  # for the connection and its handshakes, each
BLOCKED_S = 10.0  # a broker that is short of memory or disk takes nothing; longer than this is away
HEARTBEAT_S = 20
_MISSING, _DENIED = 404, 403
Done = TypeVar("Done")


def driver(name: str) -> tuple[Any, Any]:
    """The client, and its failures. Raises ConfigError where it is missing."""
    try:
        import pika
        from pika import exceptions
    except ImportError:
        mend = "Install it: pip install -e '.[rabbitmq]'"
        what = "names a RabbitMQ, whose driver is missing."
        raise ConfigError([Problem(f"[brokers.{name}] url", what, mend)]) from None
    return pika, exceptions


class RabbitLink:
    """See `app.net.brokers.Link`."""

    def __init__(self, address: Address) -> None:
        """Connects. Raises BrokerUnavailable, ConfigError."""
        self._pika, self._failures = driver(address.name)
        self._address = address
        self._came: deque[Delivery] = deque()
        self._lost = False
        with self._translated():
            self._connection: Any = self._pika.BlockingConnection(self._parameters())
            self._publishing: Any = None
            self._taking: Any = None

    def subscribe(self, queues: Collection[str]) -> frozenset[str]:
        if self._address.declare:
            for queue in queues:
                self._make_queue(queue)
        missing = frozenset(each for each in queues if not self._is_there("queue_declare", each))
        with self._translated():
            if self._taking is None:
                self._taking = self._connection.channel()
                self._taking.basic_qos(prefetch_count=self._address.prefetch)
                self._taking.add_on_cancel_callback(lambda _: self._lose())
            for queue in {*queues} - missing:
                self._taking.basic_consume(queue, partial(self._take, queue))
        return missing

    def poll(self, wait_s: float) -> Delivery | None:
        left_s, ends = wait_s, time.monotonic() + wait_s
        with self._translated():
            while not self._came and not self._lost:
                self._connection.process_data_events(
                    time_limit=max(left_s, 0.0)
                )  # also returns for less than a message
                if (left_s := ends - time.monotonic()) <= 0:
                    break
        if self._lost:
            raise BrokerUnavailable(reason="broker-cancelled")  # a queue was deleted, or moved
        return self._came.popleft() if self._came else None

    def ack(self, delivery: Delivery) -> None:
        with self._translated():
            self._taking.basic_ack(delivery.tag)

    def give_back(self, delivery: Delivery) -> None:
        with self._translated():
            self._taking.basic_nack(delivery.tag, requeue=True)

    def park(self, delivery: Delivery) -> None:
        """To the queue's dead-letter exchange: https://www.rabbitmq.com/docs/dlx"""
        with self._translated():
            self._taking.basic_nack(delivery.tag, requeue=False)

    def publish(self, message: Message) -> None:
        properties = self._pika.BasicProperties(
            content_type=message.media_type, delivery_mode=2, message_id=message.id, type=message.type,
            timestamp=int(time.time()), app_id="inlay",
        )  # fmt: skip
        with self._translated():
            if self._publishing is None:
                self._publishing = self._confirming()
            self._publishing.basic_publish(self._address.exchange, message.key, message.body, properties)

    def missing(self, queues: Collection[str], *, exchange: bool = True) -> frozenset[str]:
        found = {each for each in queues if not self._is_there("queue_declare", each)}
        name = self._address.exchange
        return frozenset(found | ({name} if exchange and not self._is_there("exchange_declare", name) else set()))

    def close(self) -> None:
        with suppress(Exception):  # whatever is broken is gone anyway
            self._connection.close()

    def _take(self, queue: str, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        name = properties.message_id or ""
        self._came.append(Delivery(queue, name, body, bool(method.redelivered), method.delivery_tag))

    def _lose(self) -> None:
        self._lost = True

    def _confirming(self) -> Any:
        if self._address.declare and not self._is_there("exchange_declare", self._address.exchange):
            self._once(lambda made: made.exchange_declare(self._address.exchange, "topic", durable=True))
        channel = self._connection.channel()
        channel.confirm_delivery()
        return channel

    def _make_queue(self, queue: str) -> None:
        """With a place beside it for what cannot be taken."""
        if self._is_there("queue_declare", queue):
            return
        parked = f"{queue}.parked"
        dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": parked}
        with self._translated():
            self._once(lambda made: made.queue_declare(parked, durable=True))
            self._once(lambda made: made.queue_declare(queue, durable=True, arguments=dead))

    def _is_there(self, declare: str, name: str) -> bool:
        try:
            with self._translated():
                self._once(lambda channel: getattr(channel, declare)(name, passive=True))
        except BrokerUnavailable as error:
            if error.reason == "broker-missing":
                return False
            raise
        return True

    def _once(self, ask: Callable[[Any], Done]) -> Done:
        """On a channel of its own, which a refusal closes."""
        channel = self._connection.channel()
        done = ask(channel)
        channel.close()
        return done

    def _parameters(self) -> Any:
        given, address = self._pika.URLParameters(self._address.url), self._address
        given.socket_timeout = given.stack_timeout = CONNECT_S
        given.blocked_connection_timeout, given.heartbeat, given.connection_attempts = BLOCKED_S, HEARTBEAT_S, 1
        given.client_properties = {"connection_name": f"inlay {address.name}"}
        if address.url.startswith("amqps://"):
            context = ssl.create_default_context(cafile=address.authority)
            if address.certificate:
                context.load_cert_chain(address.certificate, address.key)
            given.ssl_options = self._pika.SSLOptions(context, given.host)
        return given

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Theirs as ours. Without a cause: their texts hold addresses and names of users."""
        failures = self._failures
        try:
            yield
        except (failures.ProbableAuthenticationError, failures.ProbableAccessDeniedError, failures.AuthenticationError):
            raise BrokerUnavailable(reason="broker-refuses-us") from None
        except failures.ChannelClosedByBroker as error:
            said = {_MISSING: "broker-missing", _DENIED: "broker-denied"}
            raise BrokerUnavailable(reason=said.get(error.reply_code, f"broker-{error.reply_code}")) from None
        except failures.NackError:
            raise BrokerUnavailable(reason="broker-full") from None
        except failures.ConnectionBlockedTimeout:
            raise BrokerUnavailable(reason="broker-blocked") from None
        except (failures.AMQPError, failures.ChannelError, OSError):
            raise BrokerUnavailable(reason="broker-away") from None


def connect(address: Address) -> RabbitLink:
    """Raises BrokerUnavailable, ConfigError."""
    return RabbitLink(address)
