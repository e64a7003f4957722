"""Analyses, and the libraries that tell of changed documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from app.analysis import Analyses
from app.analysis.work import AnalysisWork
from app.connections import Connections
from app.core.cache import Flights
from app.core.client import CoreClient
from app.core.cores import analyst
from app.core.stored_analyses import StoredAnalyses
from app.core.stored_readings import StoredReadings
from app.db.epochs import forgetting
from app.db.subscriptions import Subscriptions
from app.documents import Reader
from app.events.notices import NoticeBoard
from app.events.subscriber import Subscriber
from app.scoring.outcomes import Heard, Outcomes
from app.session import Sessions
from app.session.behalf import Behalf
from app.wiring.ground import Ground


class Libraries:
    """Libraries that tell us of their changes: where they tell it, and who keeps them telling."""

    def __init__(self, ground: Ground) -> None:
        self._ground, self._subscriptions = ground, Subscriptions(ground.database)
        self.board = NoticeBoard(ground.database, self._subscriptions, ground.audit, ground.clock)

    def subscriber(self, connections: Connections, analyses: Analyses) -> Subscriber:
        """The part that keeps subscriptions to libraries' changes."""
        own, database, audit = self._ground.settings.server.public_url, self._ground.database, self._ground.audit
        call, clock = self._ground.door.call, self._ground.clock
        return Subscriber(connections, call, analyses, self._subscriptions, database, audit, own, clock)


class Documents:
    """Analyses: their work, and what is shown of it."""

    def __init__(
        self,
        ground: Ground,
        connections: Connections,
        sessions: Sessions,
        behalf: Behalf,
        cores: Mapping[str, CoreClient],
        listeners: Sequence[Heard] = (),
    ) -> None:
        self._ground, self._behalf = ground, behalf
        self._analysts = {name: analyst(client) for name, client in cores.items()}
        database, clock = ground.database, ground.clock
        self._stored = StoredAnalyses(database, ground.keyring.seal, ground.keyring.open)
        ground.epochs.subscribe(forgetting(lambda *_: self._stored.forget()))
        self._readings = StoredReadings(database)
        outcomes = Outcomes(self._stored, self._readings, database, ground.audit, clock, listeners)
        self.work = AnalysisWork(
            connections, sessions, behalf, Reader(), self._analysts, self._stored, self._readings, outcomes,
            ground.metrics, clock,
        )  # fmt: skip

    def analyses(self, wake: Callable[[], None]) -> Analyses:
        """The station; `wake` is called when there is work to do."""
        recipes = Flights[tuple[str, str], str](workers=1, queue=8)
        return Analyses(
            self._behalf, self._analysts, self._stored, self._readings, self._ground.database, recipes, wake,
            self._ground.clock,
        )  # fmt: skip
