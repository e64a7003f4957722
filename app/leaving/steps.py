"""The steps of leaving, one after the other."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.audit.log import AuditLog
from app.config.sections import with_section
from app.connections import Connections
from app.db import Database
from app.db.identities import REVOKE
from app.db.schema_admin import leavings
from app.db.schema_jobs import jobs
from app.errors import BadRequest, ConfigError, HostUnavailable, InlayError, NotFound, Problem, Superseded
from app.events.subscriber import Subscriber
from app.leaving.rows import Opener, Progress, counted, erase, export
from app.leaving.rules import tables
from app.leaving.standing import Line, Plan, Standing, Step, read, written
from app.revisions import Revision
from app.revisions.publishing import Draft, Publisher
from app.rollouts import Reach, Rollout, Rollouts
from app.session.identities import Identities
from app.session.revoking import revoke as end_sessions

_PART = ".part-"  # how folders begin that are being written
SETTLE_S = 20.0  # after which every process has the new configuration, and its last requests are done


def _nothing() -> None:
    """There is nothing to do."""


def _untold(_table: str, _rows: int) -> None:
    """Nobody watches."""


class Leaving:
    """One for each process. Every method raises StoreUnavailable."""

    def __init__(
        self,
        connections: Connections,
        identities: Identities,
        subscriber: Subscriber,
        rollouts: Rollouts,
        publisher: Publisher,
        opener: Opener,
        database: Database,
        audit: AuditLog,
        clock: Callable[[], float],
        admins_through: str = "",
    ) -> None:
        """`admins_through` is the connection that admins sign in by."""
        self._connections, self._identities, self._subscriber = connections, identities, subscriber
        self._rollouts, self._publisher, self._opener = rollouts, publisher, opener
        self._database, self._audit, self._clock = database, audit, clock
        self._admins_through = admins_through

    def plan(self, name: str) -> Plan:
        """Changes nothing. Raises NotFound for a name that never was a connection's."""
        if name not in self._connections and self.standing(name) is None:
            raise NotFound("There is no such connection.", reason="connection-unknown")
        rows = counted(self._database, name)
        return Plan([Line(table.name, rows[table.name], *rule[:2]) for table, rule in tables()], self._obstacles(name))

    def standing(self, name: str) -> Standing | None:
        """How far a connection is; None where it does not leave. Raises StoreUnavailable."""
        with self._database.read() as conn:
            row = conn.execute(select(leavings).where(leavings.c.connection == name)).first()
        return None if row is None else read(row)

    def begin(self, name: str, by: str, folder: Path) -> Standing:
        """Write down that it leaves; the same again goes on with what was begun, into the folder of then.

        Raises NotFound, BadRequest for what is in its way.
        """
        known = self.standing(name)
        if known is not None and (known.step is not Step.ERASED or name not in self._connections):
            return known
        if obstacles := self.plan(name).obstacles:
            raise BadRequest(" ".join(obstacles), reason="leaving-needed")
        row = {"connection": name, "by": by, "folder": str(folder.resolve()), "step": Step.BEGUN, "at": self._clock()}
        with self._database.begin() as conn:
            conn.execute(delete(leavings).where(leavings.c.connection == name))  # it had come back
            told = {"retention": written(self._connections.get(name).settings.retention)}  # it goes with the section
            conn.execute(insert(leavings).values(row | {"told": json.dumps(told)}))
            self._audit.write("connection.leaving", conn=conn, connection=name, detail={"admin": by})
        return self._now(name)

    def wait_s(self, standing: Standing) -> float:
        """How long the next step has to wait."""
        if standing.step is not Step.REMOVED:
            return 0.0
        return min(SETTLE_S, max(0.0, standing.at + SETTLE_S - self._clock()))  # a clock set back must not hold it up

    def go_on(self, name: str, told: Progress = _untold, *, give_up: bool = False) -> Standing:
        """Do the next step. `give_up`: also where the host could not be reached, whose tokens then end by themselves.

        Raises NotFound where nothing was begun; HostUnavailable, ConfigError, OSError: mend it, and call again.
        """
        now = self._now(name)
        if now.step is Step.BEGUN:
            self._close(name, now.by)
            return self._done(now, Step.CLOSED)
        if now.step is Step.CLOSED:
            return self._done(now, Step.REVOKED, tokens=self._revoke(name, give_up))
        if now.step is Step.REVOKED:
            return self._done(now, Step.REMOVED) if self._remove(name, now.by) else now
        if now.step is Step.REMOVED:
            return self._export(now, told)
        erased = erase(self._database, self._opener.subjects, name, told)
        for part in now.folder.glob(f"{_PART}*"):  # of those who were interrupted
            shutil.rmtree(part, ignore_errors=True)
        if now.step is Step.ERASED:  # called again: what came late goes too
            return now
        return self._done(now, Step.ERASED, erased=erased)

    def _close(self, name: str, by: str) -> None:
        self._rollouts.set(Rollout(name, "", Reach.OFF, 0.0), by)
        end_sessions(self._database, self._audit, name, "", "", self._clock())

    def _revoke(self, name: str, give_up: bool) -> int:
        """Have the host forget every token that was ever given to us and is not forgotten yet; how many."""
        waiting = [job for job in self._revocations() if job.payload["connection"] == name]
        trouble: InlayError | None = None
        for job in waiting:
            try:
                self._identities.revoke(job.payload)
            except InlayError as error:
                trouble = error
            else:
                with self._database.begin() as conn:
                    conn.execute(delete(jobs).where(jobs.c.id == job.id))
        try:
            self._subscriber.end(name)
        except InlayError as error:
            trouble = error
        if trouble is not None and not give_up:
            raise HostUnavailable(
                "The host could not be told to forget tokens or subscriptions. Try again, or give that up: they end "
                "by themselves.", reason=trouble.reason,
            ) from trouble  # fmt: skip
        return len(waiting)

    def _revocations(self) -> list[Any]:
        """The jobs that a sign-out or the closing left, dead ones too."""
        c = jobs.c
        with self._database.read() as conn:
            rows = conn.execute(select(c.id, c.payload).where(c.kind == REVOKE).order_by(c.id)).all()
        return [_Job(row.id, json.loads(row.payload)) for row in rows]

    def _export(self, now: Standing, told: Progress) -> Standing:
        """Of two who do this at once one's files count: the other may have read what the first had begun to erase."""
        part = now.folder / f"{_PART}{secrets.token_hex(4)}"
        now.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        exported = export(self._database, self._opener, now.connection, part, told)

        def place() -> None:
            for name in exported:
                (part / name).replace(now.folder / name)

        try:
            return self._done(now, Step.EXPORTED, place, exported=exported)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _remove(self, name: str, by: str) -> bool:
        """Whether it is gone; if not, somebody published meanwhile, and it is to be tried over that."""
        draft, before = self._without(name)
        try:
            if draft.changes:
                self._publisher.publish(draft, by, before)
        except Superseded:
            return False
        return True

    def _without(self, name: str) -> tuple[Draft, Revision]:
        """The configuration without this connection, and as it is. Raises ConfigError."""
        before = self._publisher.now()
        draft = self._publisher.draft(with_section(before.text, "", "connections", name), before)
        beside = [each.path for each in draft.changes if not f"{each.path}.".startswith(f"connections.{name}.")]
        if name in draft.settings.connections or beside:
            mend = "Take it out by hand and publish the rest: inlay reload. Then call this again."
            raise ConfigError([Problem(f"[connections.{name}]", "is not written as a section of its own.", mend)])
        return draft, before

    def _obstacles(self, name: str) -> list[str]:
        found = [
            f"Connection {each.name} reads its records through {name}: let it leave first, or change its records_from."
            for each in self._connections
            if each.settings.records_from == name
        ]
        if name in self._connections and self._connections.get(name).settings.legal_hold:
            found.append("It is under a legal hold: nothing of it may be erased. Lift legal_hold first.")
        if self._admins_through == name:
            found.append("Admins sign in through it: name another under [admin] sign_in first.")
        if not found and name in self._connections:
            try:
                self._without(name)
            except ConfigError as error:  # what the last steps would find is said before the first
                found += [str(problem) for problem in error.problems]
        return found

    def _now(self, name: str) -> Standing:
        standing = self.standing(name)
        if standing is None:
            raise NotFound("This connection is not leaving.", reason="leaving-unknown")
        return standing

    def _done(self, before: Standing, step: Step, last: Callable[[], None] = _nothing, **told: Any) -> Standing:
        """Write it down, unless somebody else has gone on meanwhile; `last` is done only by whoever writes it down."""
        values = {"step": step, "at": self._clock(), "told": json.dumps({**before.told, **told})}
        c = leavings.c
        with self._database.begin() as conn:
            mine = update(leavings).where(c.connection == before.connection, c.step == before.step).values(values)
            written = conn.execute(mine).rowcount == 1
            if written:
                last()
            if written and step is Step.ERASED:
                rows = sum(told["erased"].values())
                facts = {"admin": before.by, "rows": rows, "tokens": before.told.get("tokens", 0)}
                self._audit.write("connection.left", conn=conn, connection=before.connection, detail=facts)
        return self._now(before.connection)


@dataclass(frozen=True, slots=True)
class _Job:
    id: int
    payload: Mapping[str, Any] = field(repr=False)
