"""The link to a RabbitMQ: what a refusal is called, and that nothing of it is said that was a secret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from app.errors import BrokerUnavailable
from app.net.brokers import Address, Message
from app.net.rabbitmq import connect
from tests import services
from tests.rabbit import Rabbit, rabbit, until

MESSAGE = Message("id-1", "t", "Lead/1", "key", b"{}", "application/json")


@pytest.fixture
def corner() -> Iterator[Rabbit]:
    with rabbit(services.url(services.RABBITMQ)) as made:
        yield made


@pytest.fixture
def address(corner: Rabbit) -> Address:
    return Address("main", corner.url, exchange=corner.name, declare=True)


def reason(address: Address) -> str:
    with pytest.raises(BrokerUnavailable) as refused:
        connect(address)
    assert "hunter2" not in repr(address)
    assert refused.value.__cause__ is None
    return refused.value.reason


def test_nobody_there() -> None:
    assert reason(Address("main", f"amqp://inlay:hunter2@127.0.0.1:{services.free_port()}/")) == "broker-away"


def test_a_wrong_password_and_a_place_that_is_not_there(address: Address) -> None:
    place = urlsplit(address.url)
    wrong = f"amqp://inlay:hunter2@{place.hostname}:{place.port}/%2F"
    assert reason(replace(address, url=wrong)) == "broker-refuses-us"
    assert reason(replace(address, url=address.url.replace("%2F", "no-such"))) in ("broker-refuses-us", "broker-530")


def test_what_is_missing_is_named_and_made_only_where_we_may(corner: Rabbit, address: Address) -> None:
    with closing(connect(replace(address, declare=False))) as link:
        assert link.missing([corner.name]) == {corner.name}
        assert link.subscribe([corner.name]) == {corner.name}
        with pytest.raises(BrokerUnavailable) as refused:
            link.publish(MESSAGE)
        assert refused.value.reason == "broker-missing"
    with closing(connect(address)) as link:
        assert link.subscribe([corner.name]) == frozenset()
        link.publish(MESSAGE)
        assert link.missing([corner.name]) == frozenset()


def test_what_is_given_back_comes_again_and_says_so(corner: Rabbit, address: Address) -> None:
    with closing(connect(address)) as link:
        link.subscribe([corner.name])
        corner.send({"n": 1}, id_="one")
        first = link.poll(5.0)
        assert first is not None
        assert (first.id, first.again, first.queue) == ("one", False, corner.name)
        link.give_back(first)
        second = link.poll(5.0)
        assert second is not None
        assert second.again
        link.ack(second)
        assert link.poll(0.1) is None
    assert corner.depth(corner.name) == 0


def test_what_was_not_acknowledged_is_still_the_brokers(corner: Rabbit, address: Address) -> None:
    with closing(connect(address)) as link:
        link.subscribe([corner.name])
        corner.send({"n": 1})
        assert link.poll(5.0) is not None
    until(lambda: corner.depth(corner.name) == 1)


def test_a_queue_that_is_deleted_ends_the_link(corner: Rabbit, address: Address) -> None:
    with closing(connect(address)) as link:
        link.subscribe([corner.name])
        with corner.channel() as channel:
            channel.queue_delete(corner.name)
        with pytest.raises(BrokerUnavailable) as refused:
            until(lambda: link.poll(0.1))
        assert refused.value.reason == "broker-cancelled"
