"""One run of `inlay warm`: batch after batch, patient with what may pass, and able to go on where it was ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from app.config import CapabilitySettings
from app.connections import Connection
from app.db.warms import Run
from app.errors import InlayError
from app.launch import Record
from app.scoring.warming import Tally
from app.web.parts import Parts

T = TypeVar("T")
TRIES, PAUSE_S, MOST_PAUSE_S = 4, 1.0, 60.0  # for a batch of which nothing could be scored
PATIENT_S = float("inf")  # a person's command waits for its quota as long as that takes


@dataclass(slots=True)
class Course:
    """One run: what it is about, how far it is, and what came of it."""

    parts: Parts
    connection: Connection
    capability: CapabilitySettings
    priority_only: bool
    list_hash: str = ""  # of a list that a killed run goes on with; empty: the host's own
    done: int = 0
    tally: Tally = field(default_factory=Tally)
    ended: bool = False  # by itself, at the end
    stopped: InlayError | None = None  # what ended it before
    _before: int = 0  # scored of this batch, before something went wrong with the rest: counted already

    def go(self, batches: Iterator[Sequence[Record]], told: Callable[[int], object]) -> None:
        """Score batch after batch, and remember after each how far it is. Ends early where nothing helps."""
        try:
            for batch in batches:
                self.tally.add(self.patiently(partial(self._score, batch)))
                self.done += len(batch)
                if self.run.list_hash:
                    with self.parts.database.begin() as conn:
                        self.run.reach(conn, self.done, time.time())
                told(len(batch))
            with self.parts.database.begin() as conn:
                self.run.end(conn, time.time())
            self.ended = True
        except InlayError as error:
            self.stopped = error

    @property
    def run(self) -> Run:
        """What the place in a list is remembered by: the same list begins again where it was ended."""
        return Run(self.connection.name, self.capability.name, self.list_hash)

    def patiently(self, ask: Callable[[], T]) -> T:
        """Ask again, later each time, what may pass. Raises what does not."""
        for attempt in range(TRIES - 1):
            try:
                return ask()
            except InlayError as error:
                if not error.retryable:
                    raise
                time.sleep(min(max(PAUSE_S * 2**attempt, error.retry_after_s or 0.0), MOST_PAUSE_S))
        return ask()

    def _score(self, batch: Sequence[Record]) -> Tally:
        # the host's own list has been through the rules already
        by_rules = self.priority_only and bool(self.list_hash)
        warmer = self.parts.warmer
        tally = warmer.score(self.connection, self.capability, batch, PATIENT_S, priority_only=by_rules)
        if tally.trouble is not None:
            self.tally.scored += tally.scored
            self._before += tally.scored
            raise tally.trouble
        tally.fresh, self._before = tally.fresh - self._before, 0
        return tally
