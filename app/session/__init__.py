"""Sessions: our own short bearer token, opened from a launch, bound to all that the launch proved.

The token is a signed statement, so that any process can check it; the row beside it holds what must not travel
(the viewer's token at the host, carried features) and whether the session was ended.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection as Transaction
from sqlalchemy import delete, insert, select, update

from app.audit.log import AuditLog
from app.connections import Connection
from app.db import Database
from app.db.epochs import EVERYTHING, Announcement, Epochs, announce
from app.db.revocations import KIND, Revocations
from app.db.schema import sessions
from app.db.single_use import consume
from app.errors import LaunchUsed, SessionExpired
from app.hosts._sign_in import HostTokens
from app.keys import Keyring
from app.launch import Launch
from app.session.bearer import (
    SESSION_LIFE_S,
    HostIdentity,
    Mode,
    Session,
    for_work,
    opened,
    signed,
    verified,
)
from app.session.carried import Carried, Columns
from app.session.identities import Identities, release
from app.session.memory import Memory

PRUNE_EACH = 100  # sessions opened
PRUNE_AFTER_S = 3600.0  # nodes' clocks differ
ENDED = "session"  # the kind of announcement that says: this session is over; its key is the session's id
Clock = Callable[[], float]
_WHOSE = ("connection", "viewer", "component", "created_at", "ends_at")
_HELD = [sessions.c[each] for each in (*_WHOSE, "host_token", "host_url", "signed_in", "features", "ended_at")]
_count = itertools.count(1)


class Sessions:
    """Opens, loads, renews and ends sessions. Loading costs no I/O once a process has seen the token."""

    def __init__(
        self,
        database: Database,
        keys: Keyring,
        carried: Carried,
        audit: AuditLog,
        epochs: Epochs,
        identities: Identities,
        clock: Clock,
    ) -> None:
        self._database, self._keys, self._audit, self._clock = database, keys, audit, clock
        self._carried, self._epochs, self._identities = carried, epochs, identities
        self._memory = Memory()
        epochs.subscribe(self._on_change)
        self._revoked = Revocations(database, SESSION_LIFE_S, clock)

    def open(
        self,
        launch: Launch,
        connection: Connection,
        component: str,
        mode: Mode,
        tokens: HostTokens | None = None,
        within: Transaction | None = None,
    ) -> tuple[Session, str]:
        """Use the launch up and open a session from it: one transaction (the caller's, if there is one), its audit
        rows and a sign-in's tokens included. Raises LaunchUsed when this launch was used before, in whichever process.
        """
        now, turn = self._clock(), self.turn
        session = opened(launch, connection.name, component, mode, now)
        token, carried = signed(session, self._keys), self._carried.seal(session, launch)
        with contextlib.nullcontext(within) if within else self._database.begin() as conn:
            # not by connection: two of them may trust the same issuer
            used = f"launch:{connection.host.name}:{launch.used_key}"
            if launch.used_key and not consume(conn, "", used, launch.used_until, now):
                raise LaunchUsed(reason="used")
            if next(_count) % PRUNE_EACH == 0:  # what has ended holds a viewer's token at the host
                conn.execute(delete(sessions).where(sessions.c.ends_at < now - PRUNE_AFTER_S))
                self._identities.prune(conn)
            conn.execute(insert(sessions), self._row(session, launch, carried, signed_in=tokens is not None))
            if tokens is not None:
                self._identities.keep(conn, session, tokens)
            self._note_open(conn, session, connection)
        self._memory.keep(token, session, turn)
        if launch.host_token:  # to read it back and unseal it would cost the launch's first question to the host
            self._memory.keep_identity(session, HostIdentity(launch.host_token, launch.host_url or ""))
        return session, token

    def load(self, token: str) -> Session:
        """The session that this token names. Raises SessionInvalid, SessionExpired."""
        self._epochs.current()  # what was ended in another process until now is known here first
        session, turn = self._memory.find(token), self.turn
        if session is None:
            session = verified(token, self._keys, self._clock())
            self._held(session.id)
            self._memory.keep(token, session, turn)
        if over := self.over(session):
            raise over
        return session

    @property
    def turn(self) -> object:
        """Another one whenever a session ended before its time: what `over` said holds no longer than that."""
        return self._memory.turn

    def over(self, session: Session) -> SessionExpired | None:
        """Why a session that was loaded once is over by now, as far as this process has heard; None while it lives.

        Raises StoreUnavailable.
        """
        if self._clock() >= session.expires_at:
            return SessionExpired()
        if self._memory.has_ended(session):
            return SessionExpired(reason="ended")
        if self._revoked.covers(session.connection, session.viewer.subject, session.component, session.opened_at):
            return SessionExpired(reason="revoked")
        return None

    def is_revoked(self, connection: str, viewer: str, component: str, since: float) -> bool:
        """Whether sessions like this were revoked since then, in whichever process. Raises StoreUnavailable."""
        self._epochs.look()
        return self._revoked.covers(connection, viewer, component, since)

    def renew(self, session: Session) -> tuple[Session, str]:
        """The same session with a later expiry, within its absolute life.

        A launch that attests its record can only be renewed by a new launch: nobody is there to ask.
        The caller asks the host first whether the viewer's token is alive. Raises SessionExpired.
        """
        now, turn = self._clock(), self.turn
        if session.attested_record:
            raise SessionExpired(reason="renewal-needs-launch")
        if now >= session.ends_at:
            raise SessionExpired(reason="absolute-life")
        renewed = session.renewed(now)
        self._audit.write(
            "session.renewed", connection=session.connection, viewer=session.viewer.subject, session=session.id
        )
        token = signed(renewed, self._keys)
        self._memory.keep(token, renewed, turn)
        return renewed, token

    def end(self, session: Session) -> None:
        """End the session in every process; what it held is wiped."""
        with self._database.begin() as conn:
            conn.execute(
                update(sessions)
                .where(sessions.c.id == session.id)
                .values(ended_at=self._clock(), host_token=None, features=None)
            )
            name, viewer = session.connection, session.viewer.subject
            release(conn, self._audit, name, viewer, self._clock(), "session-ended")
            announce(conn, ENDED, name, session.id, at=self._clock())
            self._audit.write("session.ended", conn=conn, connection=name, viewer=viewer, session=session.id)
        self._memory.end(session.id)

    def host_identity(self, session: Session, dead: str = "") -> HostIdentity:
        """The viewer's own token at the host; another one where the host called it `dead`.

        Raises SessionExpired when there is none (any more), and what a refresh raises. Ask without a permit.
        """
        if (known := self._memory.identity(session)) is not None:
            return known
        row = self._held(session.id)
        if row.signed_in:
            return self._identities.get(session, row.host_url or "", dead)
        if row.host_token is None:
            raise SessionExpired(reason="host-token-missing")
        token = self._keys.open(row.host_token, f"host-token:{session.id}").decode()
        found = HostIdentity(token, row.host_url or "")
        self._memory.keep_identity(session, found)
        return found

    def of_work(self, session_id: str) -> Session:
        """A session by its id, for work that goes on when nobody looks. Raises SessionExpired when it is over."""
        row = self._held(session_id)
        if self._clock() >= row.ends_at or self._revoked.covers(*row[:4]):
            raise SessionExpired(reason="ended")
        return for_work(session_id, *row[:4])

    def features(self, session: Session) -> Mapping[str, Mapping[str, Any]]:
        """The features that the launch carried, by `type/id`."""
        row = self._held(session.id) if session.carried else None
        if row is None or row.features is None:
            return {}
        return self._carried.open(session, "features", row.features)

    def names(self, session: Session) -> Mapping[str, str]:
        """What the launch called the records, by `type/id`. Raises StoreUnavailable."""
        with self._database.read() as conn:
            sealed = conn.execute(select(sessions.c.names).where(sessions.c.id == session.id)).scalar()
        return self._carried.open(session, "names", sealed) if sealed is not None else {}

    def _held(self, session_id: str) -> Any:
        with self._database.read() as conn:
            row = conn.execute(select(*_HELD).where(sessions.c.id == session_id)).first()
        if row is None or row.ended_at is not None:
            raise SessionExpired(reason="ended")
        return row

    def _row(self, session: Session, launch: Launch, carried: Columns, signed_in: bool) -> dict[str, Any]:
        sealed_token = launch.host_token and self._keys.seal(launch.host_token.encode(), f"host-token:{session.id}")
        return {
            "id": session.id,
            "connection": session.connection,
            "viewer": session.viewer.subject,
            "component": session.component,
            "host_token": sealed_token or None,
            "host_url": launch.host_url,
            "signed_in": signed_in,
            **carried,
            "created_at": session.opened_at,
            "ends_at": session.ends_at,
        }

    def _note_open(self, conn: Transaction, session: Session, connection: Connection) -> None:
        facts: dict[str, Any] = {
            "connection": connection.name,
            "viewer": session.viewer.subject,
            "session": session.id,
            "component": session.component,
        }
        self._audit.write("launch.accepted", conn=conn, **facts, host=connection.settings.host)
        self._audit.write("session.opened", conn=conn, **facts, origin=session.origin, mode=session.mode)

    def _on_change(self, news: Announcement) -> None:
        self._revoked.hear(news)
        if news.kind in {EVERYTHING, KIND}:
            self._memory.forget()
        elif news.kind == ENDED:
            self._memory.end(news.key)
