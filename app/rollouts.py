"""Roll-out: who is shown the panels of a connection. A panel that is off shows nothing and takes no space.

What an admin decides is a row with the time from which it holds, so that a plan is rows to come. It is announced, and
every process knows it within a second; while the database is away, what was known last goes on to hold. Two rows
decide together, the connection's and the component's: a panel is shown where both say so.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, insert, select

from app.audit.log import AuditLog
from app.db import Database
from app.db.epochs import EVERYTHING, Announcement, Epochs, announce
from app.db.schema_admin import rollouts
from app.errors import BadRequest, StoreUnavailable

KIND = "rollout"  # of the announcement
MOST_VIEWERS = 1_000


class Reach(StrEnum):
    """Who is shown panels."""

    OFF = "off"
    VIEWERS = "viewers"
    PERCENT = "percent"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Rollout:
    """Who is shown a component's panels, or ("") all of a connection's, from `starts_at` on."""

    connection: str
    component: str
    reach: Reach
    starts_at: float
    percent: float = 0.0
    viewers: frozenset[str] = frozenset()
    set_at: float = 0.0
    set_by: str = ""

    def shows(self, viewer: str) -> bool:
        """Whether this viewer is among them. A share grows by newcomers only: nobody loses what they had."""
        if self.reach is Reach.PERCENT:
            return _place(self.connection, self.component, viewer) * 100.0 < self.percent
        return self.reach is Reach.ALL or (self.reach is Reach.VIEWERS and viewer in self.viewers)


Plan = tuple[Rollout, ...]  # of one connection and component, the earliest first
Plans = Mapping[tuple[str, str], Plan]


class Rollouts:
    """What admins decided, known to all processes. Where nobody decided anything, panels are shown to all.

    Raises StoreUnavailable when it is made.
    """

    def __init__(self, database: Database, audit: AuditLog, epochs: Epochs, clock: Callable[[], float]) -> None:
        self._database, self._audit, self._clock = database, audit, clock
        self._heard = object()  # another one each time that something was decided
        # as of which of these, and what; or the first request would be shown what is off
        self._plans: tuple[object, Plans] = (self._heard, self._read())
        self._lock = threading.Lock()
        epochs.subscribe(self._on_change)

    def shows(self, connection: str, component: str, viewer: str) -> bool:
        """Whether this viewer is shown this component here. Costs no I/O, but after a change."""
        _, plans = self._known()
        if not plans:
            return True
        now = self._clock()
        deciding = (_in_force(plans.get((connection, each), ()), now) for each in ("", component))
        return all(each.shows(viewer) for each in deciding if each is not None)

    def until(self, connection: str) -> float:
        """Until when `shows`, asked after this, says the same of this connection, as long as nobody decides anything
        new; 0 while what was decided is still being read."""
        (as_of, plans), now = self._known(), self._clock()
        if as_of is not self._heard:
            return 0.0
        ahead = (one.starts_at for (of, _), plan in plans.items() if of == connection for one in plan)
        return min((at for at in ahead if at > now), default=math.inf)

    def plan(self, connection: str) -> list[Rollout]:
        """What holds, and what is to come: for each component that has a row of its own, and for all (""), by time."""
        now = self._clock()
        found = []
        for (of, _), plan in sorted(self._read().items()):
            if of == connection:
                held = _in_force(plan, now)
                found += [one for one in plan if one is held or one.starts_at > now]
        return found

    def began(self, connection: str) -> float | None:
        """When panels of this connection were first rolled out to anybody; None where nobody decided that."""
        mine = (rollouts.c.connection == connection, rollouts.c.reach != str(Reach.OFF))
        query = select(func.min(rollouts.c.starts_at)).where(*mine, rollouts.c.starts_at <= self._clock())
        with self._database.read() as conn:
            at = conn.execute(query).scalar()
        return None if at is None else float(at)

    def set(self, wanted: Rollout, by: str) -> Rollout:
        """Decide. From now on unless it says a later time; what was planned for after that is forgotten.

        Raises BadRequest for what makes no sense, StoreUnavailable: then nothing is changed.
        """
        now = self._clock()
        row = _checked(wanted, now)
        c = rollouts.c
        same = (c.connection == wanted.connection, c.component == wanted.component)
        with self._database.begin() as conn:
            conn.execute(delete(rollouts).where(*same, c.starts_at >= row["starts_at"]))
            conn.execute(insert(rollouts).values(row | {"set_at": now, "set_by": by}))
            facts = {"component": wanted.component or None, "starts_at": row["starts_at"], "percent": row["percent"]}
            facts |= {"admin": by, "reach": wanted.reach, "viewers": len(wanted.viewers)}
            self._audit.write("rollout.set", conn=conn, connection=wanted.connection, detail=facts)
            announce(conn, KIND, wanted.connection, wanted.component, at=now)
        self._heard = object()
        return Rollout(**{**_fields(row), "set_at": now, "set_by": by})  # type: ignore[arg-type]

    def _known(self) -> tuple[object, Plans]:
        heard = self._heard
        if self._plans[0] is not heard and self._lock.acquire(blocking=False):
            try:  # one reads; the others go on with what was known, and so does it while the database is away
                with suppress(StoreUnavailable):
                    self._plans = heard, self._read()
            finally:
                self._lock.release()
        return self._plans

    def _read(self) -> dict[tuple[str, str], Plan]:
        plans: dict[tuple[str, str], list[Rollout]] = defaultdict(list)
        with self._database.read() as conn:
            for row in conn.execute(select(rollouts).order_by(rollouts.c.starts_at)):
                plans[row.connection, row.component].append(Rollout(**_fields(row._mapping)))  # type: ignore[arg-type]
        return {key: tuple(plan) for key, plan in plans.items()}

    def _on_change(self, news: Announcement) -> None:
        if news.kind in (KIND, EVERYTHING):
            self._heard = object()


def _in_force(plan: Iterable[Rollout], now: float) -> Rollout | None:
    return next((one for one in reversed(tuple(plan)) if one.starts_at <= now), None)


def _place(connection: str, component: str, viewer: str) -> float:
    """Where a viewer stands among all, from 0 to 1: always the same, and another for each panel."""
    digest = hashlib.sha256(f"{connection}\n{component}\n{viewer}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _checked(wanted: Rollout, now: float) -> dict[str, object]:
    if wanted.reach is Reach.PERCENT and not 0.0 <= wanted.percent <= 100.0:
        raise BadRequest("A share is from 0 to 100 percent.", reason="rollout-percent")
    if wanted.reach is Reach.VIEWERS and not 0 < len(wanted.viewers) <= MOST_VIEWERS:
        raise BadRequest(f"Name 1 to {MOST_VIEWERS} viewers, by the host's ids.", reason="rollout-viewers")
    return {
        "connection": wanted.connection,
        "component": wanted.component,
        "starts_at": max(wanted.starts_at, now),
        "reach": str(wanted.reach),
        "percent": wanted.percent if wanted.reach is Reach.PERCENT else 0.0,
        "viewers": json.dumps(sorted(wanted.viewers) if wanted.reach is Reach.VIEWERS else []),
    }


def _fields(row: Mapping[str, object]) -> dict[str, object]:
    return {**row, "reach": Reach(str(row["reach"])), "viewers": frozenset(json.loads(str(row["viewers"])))}
