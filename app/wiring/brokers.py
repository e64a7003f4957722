"""The customer's brokers: who takes events from them, and who publishes to them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from app.connections import Connections
from app.events import Events
from app.events.consumer import Consumer
from app.events.publishing.publisher import Publisher
from app.health.brokers import address
from app.net import rabbitmq
from app.node import Node
from app.wiring.ground import Ground


def loops(
    ground: Ground, connections: Connections, events: Events, node: Node, wake: Callable[[], None]
) -> tuple[Consumer | Publisher, ...]:
    """What works beside the jobs: for each broker whoever is needed there. `wake` is called when there is work."""
    consumers, publishers = list[Consumer](), list[Publisher]()
    for name, broker in ground.settings.brokers.items():
        users = [each for each in connections if each.settings.broker == name]
        queues = {each.settings.broker_queue: each for each in users if each.settings.broker_queue}
        place = address(broker)
        if users:
            rabbitmq.driver(name)  # that it is missing is said now
        if queues:
            consumers.append(
                Consumer(place, queues, rabbitmq.connect, events, ground.audit, ground.metrics, node, wake)
            )
        if any(each.settings.publish for each in users):
            publishers.append(
                Publisher(place, rabbitmq.connect, ground.database, ground.audit, ground.metrics, ground.clock)
            )
    return tuple(chain(consumers, publishers))
