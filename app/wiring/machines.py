"""What machine callers meet: who they are, what they are answered, and what they bring."""

from __future__ import annotations

from typing import NamedTuple

from app.connections import Connections
from app.core.stored import StoredScores
from app.hosts._keys import KeySource
from app.machines.callers import Callers
from app.machines.host_code import HostCode
from app.machines.importing import Imports
from app.scoring import Scoring
from app.wiring.ground import Ground


class Machines(NamedTuple):
    """The parts that serve callers without a viewer."""

    callers: Callers
    host_code: HostCode
    imports: Imports


def machines(
    ground: Ground, connections: Connections, keys: KeySource, stored: StoredScores, scored: Scoring
) -> Machines:
    """All three."""
    database, audit, clock = ground.database, ground.audit, ground.clock
    return Machines(
        Callers(database, connections, audit, keys, clock),
        HostCode(connections, scored, audit, clock),
        Imports(database, stored, ground.epochs, audit, clock),
    )
