"""Which announcements an answer in memory has to mind: those about its record, or about anything of its source."""

from __future__ import annotations

from collections.abc import Iterable

from app.audit.looks import ANNOUNCED as LOOKED
from app.connections import Connection, Connections
from app.core.stored_readings import ANNOUNCED as READ
from app.db.epochs import ERASED, RENEWED, SCORE, Announcement, Epochs
from app.db.latest import Latest
from app.launch import Record
from app.review.change import ANNOUNCED as REVIEWED
from app.review.write_back.writer import ANNOUNCED as WRITTEN
from app.session import ENDED
from app.views import View

MOST = 100_000  # records; the database keeps as many changes
OF_RECORDS = frozenset({SCORE, RENEWED, ERASED, LOOKED, READ, REVIEWED, WRITTEN})  # their keys are records
# About no answer: whether a session was ended is asked each time. A revocation is about all of its connection: it names
# a moment, by a clock that may be behind the one that a session was opened by, and only the road asks the database.
OF_SESSIONS = frozenset({ENDED})

About = tuple[str, str]  # the connection that records are read through, and the record; "": any of them


class News:
    """When each record, each source of records, and all of them last changed. For all threads.

    Fails closed: a kind of announcement that is not known here is about all of its connection's source, and one that
    names no connection about everything. What was announced is known here before its epoch is the current one.
    """

    def __init__(self, epochs: Epochs, connections: Connections) -> None:
        self._epochs = epochs
        self._sources = {each.name: each.source for each in connections}
        self._of: Latest[About] = Latest(MOST)
        self._all: dict[str, int] = {}  # source -> epoch of what was about all of it
        epochs.subscribe(self._hear)
        self._of.floor = epochs.current()

    def current(self) -> int:
        """The epoch of what is made from now on. Costs a clock reading, seldom a look into the database."""
        return self._epochs.current()

    def holds(self, about: Iterable[About], made: int, now: int) -> bool:
        """Whether what was made of these in the epoch `made` is still as it was in `now`, which was current before."""
        if made == now:  # nothing was announced at all, as on most looks
            return True
        return all(self._of.of(one) <= made and self._all.get(one[0], 0) <= made for one in about)

    def _hear(self, news: Announcement) -> None:
        if news.kind in OF_SESSIONS:
            return
        if not news.connection:
            self._of.all_changed(news.epoch)
            return
        source = self._sources.get(news.connection, news.connection)
        if news.kind in OF_RECORDS:
            self._of.changed((source, news.key), news.epoch)
            self._of.changed((source, ""), news.epoch)
        else:
            self._all[source] = news.epoch


def about(connection: Connection, view: View, record: Record) -> About:
    """What a component's answer about a record depends on.

    A badge of a score says what is known of its record, by the one name that scores have. All else speaks of more: a
    list of others too, a card of whether its viewer was asked for their opinion lately, a reading of a document that
    has several names.
    """
    alone = view.answers == "score" and not (view.lists or view.heard)
    return connection.source, str(record) if alone else ""
