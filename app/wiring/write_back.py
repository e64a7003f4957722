"""Write-back: who takes wishes in, who does the work, and what admins see of it."""

from __future__ import annotations

from dataclasses import dataclass

from app.connections import Connections
from app.review.write_back import WriteBacks
from app.review.write_back.desk import Desk
from app.review.write_back.writer import Writer
from app.wiring.ground import Ground


@dataclass(frozen=True, slots=True)
class WriteBack:
    """The parts of writing back: what takes wishes in, what writes, what admins see."""

    wishes: WriteBacks
    writer: Writer
    desk: Desk


def write_back(ground: Ground, connections: Connections) -> WriteBack:
    """What is written to hosts' records."""
    sealer, database, audit, clock = ground.subjects, ground.database, ground.audit, ground.clock
    wishes = WriteBacks(connections, sealer, database, audit, ground.metrics, clock)
    writer = Writer(connections, sealer, database, audit, ground.metrics, clock)
    return WriteBack(wishes, writer, Desk(sealer, database, audit, clock))
