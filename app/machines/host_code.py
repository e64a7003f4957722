"""The use case: scores for a customer's own code, by its grant. Audited as a service's, before they are answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from cachetools import LRUCache

from app.answer import Answer
from app.audit.log import AuditLog, Entry
from app.connections import Connections
from app.errors import Denied
from app.launch import Record
from app.machines.callers import Caller, May
from app.machines.callers.caller import is_about
from app.permissions import Grant
from app.scoring import Scoring

DAY_S = 86_400.0
REMEMBERED = 50_000


class HostCode:
    """Answers services."""

    def __init__(
        self, connections: Connections, scoring: Scoring, audit: AuditLog, clock: Callable[[], float] = time.time
    ) -> None:
        self._connections, self._scoring, self._audit, self._clock = connections, scoring, audit, clock
        self._noted: LRUCache[tuple[str, str, str, int], bool] = LRUCache(REMEMBERED)
        self._lock = threading.Lock()

    def scores(self, caller: Caller, capability_name: str, records: Sequence[Record]) -> dict[Record, Answer]:
        """What is known of these records, cut to the caller's fields. Raises Denied, NotFound, StoreUnavailable."""
        connection = self._connections.get(caller.connection)
        capability = caller.capability(connection, capability_name, May.READ)
        if not connection.settings.rollout:  # switched off for everybody
            raise Denied("This connection is switched off.", reason="rollout-off")
        is_about(capability, {record.type for record in records})
        hidden = caller.hidden(capability)
        grants = [Grant(record, hidden) for record in dict.fromkeys(records)]
        answers = self._scoring.served(connection, capability, grants)
        self._note(caller, capability.name, answers)
        return answers

    def _note(self, caller: Caller, capability: str, answers: dict[Record, Answer]) -> None:
        """Once a day for each decision and service in each process. Raises StoreUnavailable: then nothing is told."""
        day = int(self._clock() // DAY_S)
        told = {(caller.connection, caller.service, each.decision, day): (record, each.decision)
                for record, each in answers.items() if each.decision}  # fmt: skip
        with self._lock:
            new = {key: said for key, said in told.items() if key not in self._noted}
        who = {"connection": caller.connection, "service": caller.service, "proof": caller.proof}
        self._audit.write_all(
            Entry("answer.served", {**who, "record": str(record), "decision": decision, "capability": capability})
            for record, decision in new.values()
        )
        with self._lock:
            self._noted.update(dict.fromkeys(new, True))
