"""What `inlay check` says of a broker: whether it lets us in, and what is missing there, with its mend."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.health.brokers import brokers
from app.health.findings import Finding
from app.net.rabbitmq import connect
from tests import services
from tests.rabbit import rabbit
from tests.world import world as make_world


def test_a_broker_is_tried_and_nothing_is_made_there(tmp_path: Path) -> None:
    with rabbit(services.url(services.RABBITMQ)) as corner, make_world(tmp_path, broker=corner.settings) as world:

        def found(**changes: object) -> Finding:
            settings = replace(world.settings, brokers={"main": replace(corner.settings, **changes)})
            [finding] = brokers(settings, connect)
            return finding

        assert found(declare=True).level == "ok"
        assert not corner.is_there()
        missing = found(declare=False)
        assert (missing.level, corner.name in missing.what) == ("problem", True)
        corner.subscriber()
        with corner.channel() as channel:
            channel.queue_declare(corner.name, durable=True)
        assert found(declare=False).level == "ok"
        away = found(url=f"amqp://127.0.0.1:{services.free_port()}")
        assert (away.level, "broker-away" in away.what) == ("problem", True)


def test_a_broker_that_nobody_uses_is_not_asked(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        assert list(brokers(world.settings, connect)) == []
