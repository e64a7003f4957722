"""One question in 90 days: how satisfied a viewer is, from 1 to 5, as the customer satisfaction score (CSAT) has it.

Asked of whoever knows the panels for a week, in one place on one page, and never while something is wrong. Whoever
declines, or passes it over, was asked. Who answered what is kept nowhere: an answer is a count.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable

from cachetools import LRUCache
from sqlalchemy import Connection, select, update

from app.connections import Connection as HostConnection
from app.db import Database
from app.db.insert_new import insert_new
from app.db.schema import audit
from app.db.schema_feedback import asked_viewers
from app.figures import Figures
from app.figures.names import SATISFACTION_ASKED, SATISFACTION_DECLINED, satisfaction
from app.launch import Record
from app.session.bearer import Session

PAUSE_S = 90 * 86_400.0
KNOWN_S = 7 * 86_400.0  # whoever has just begun has nothing to say yet
SOON_S = 3_600.0  # until it is looked again whether the time has come
ANSWERS = ("1", "2", "3", "4", "5")  # very dissatisfied to very satisfied
DECLINED = "declined"
ASKED, THANKED = "asked", "thanked"
_KEY = ("connection", "viewer")


class Satisfaction:
    """Says when to ask, and hears the answer. For all threads. Every method raises StoreUnavailable."""

    def __init__(
        self,
        database: Database,
        figures: Figures,
        is_failing: Callable[[str], bool],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`is_failing` says of a connection whether anything is wrong just now."""
        self._database, self._figures, self._is_failing, self._clock = database, figures, is_failing, clock
        self._quiet: LRUCache[str, float] = LRUCache(50_000)  # places where there is nothing to ask until then
        self._lock = threading.Lock()

    def asks(self, session: Session, connection: HostConnection, tag: str, record: Record) -> str:
        """What a panel says: `ASKED`, `THANKED`, or nothing. The first that may ask is the only one that does."""
        if not connection.settings.satisfaction:
            return ""
        place, now = _place(session, tag, record), self._clock()
        with self._lock:
            if now < self._quiet.get(place, 0.0):
                return ""
        c, (name, viewer) = asked_viewers.c, _who(session)
        with self._database.read() as conn:
            row = conn.execute(select(asked_viewers).where(c.connection == name, c.viewer == viewer)).first()
        if row is not None and now - row.asked_at < PAUSE_S:
            asked = self._of_asked(place, row.place, row.state, row.asked_at + PAUSE_S)
            return "" if asked == ASKED and self._is_failing(name) else asked
        if self._is_failing(name) or not self._knows_us(session, now):
            return self._nothing(place, now + SOON_S)
        with self._database.begin() as conn:
            is_first = _claim(conn, name, viewer, place, now)
        if is_first:
            self._figures.count(name, tag, SATISFACTION_ASKED)
        return ASKED if is_first else self._nothing(place, now + SOON_S)

    def answer(self, session: Session, tag: str, record: Record, said: str) -> bool:
        """A viewer answers, or declines; whether they were asked here and had not answered."""
        c, (name, viewer) = asked_viewers.c, _who(session)
        mine = (c.connection == name, c.viewer == viewer, c.place == _place(session, tag, record), c.state == ASKED)
        state = DECLINED if said == DECLINED else THANKED
        with self._database.begin() as conn:
            heard = conn.execute(update(asked_viewers).where(*mine).values(state=state)).rowcount == 1
        if heard:
            self._figures.count(name, tag, SATISFACTION_DECLINED if said == DECLINED else satisfaction(said))
        return heard

    def _of_asked(self, place: str, asked: str, state: str, until: float) -> str:
        if place != asked or state == DECLINED:
            return self._nothing(place, until)
        return state

    def _nothing(self, place: str, until: float) -> str:
        with self._lock:
            self._quiet[place] = until
        return ""

    def _knows_us(self, session: Session, now: float) -> bool:
        c = audit.c
        early = (c.viewer == session.viewer.subject, c.connection == session.connection, c.at < now - KNOWN_S)
        with self._database.read() as conn:
            seen = select(c.seq).where(*early, c.event == "view.shown").limit(1)
            return conn.execute(seen).first() is not None


def _claim(conn: Connection, name: str, viewer: str, place: str, now: float) -> bool:
    """Whether we are the one that asks."""
    row = {"connection": name, "viewer": viewer, "place": place, "asked_at": now, "state": ASKED}
    if insert_new(conn, asked_viewers, row, _KEY):
        return True
    c = asked_viewers.c
    due = (c.connection == name, c.viewer == viewer, c.asked_at <= now - PAUSE_S)
    return conn.execute(update(asked_viewers).where(*due).values(row)).rowcount == 1


def _who(session: Session) -> tuple[str, str]:
    return session.connection, _digest(session.connection, session.viewer.subject)


def _place(session: Session, tag: str, record: Record) -> str:
    """One panel of one page."""
    return _digest(session.id, tag, str(record))


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:32]
