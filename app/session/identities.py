"""Viewers' identities at their hosts: the tokens that a sign-in gave us, sealed, refreshed by one writer, revoked.

One row for a viewer of a connection, not for a session: a viewer who signs in again in one panel mends all panels
that are open, and hosts count sign-ins (some end the oldest of five). A refresh token may be good for one use only,
and some hosts end everything when it is used twice. So whoever refreshes holds the row's lease, in whichever
thread or process; the others go on with what they have, or wait a little. A process that dies in the middle
leaves its lease to its end, and what it was about to store is lost: if the host took the old token for used by
then, the viewer signs in again.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from app.audit import AuditLog
from app.connections import Connections
from app.db import Database
from app.db import identities as rows
from app.errors import Busy, SessionExpired
from app.hosts._keys import KeySource
from app.hosts._oauth import drive
from app.hosts._sign_in import HostTokens
from app.keys import Keyring, SealBroken
from app.net.door import Caller, Request, Response
from app.net.permits import Permits
from app.session.bearer import HostIdentity, Session

EARLY_S = 30.0  # a token is renewed before its end, so that none dies on the way
LEASE_S = 30.0
CALL_S = 10.0  # no call begins with less of the lease left; the door's own deadline is shorter
WAIT_S = 2.0  # for another's refresh, and for a permit
LOOK_EACH_S = 0.05


class Identities:
    """Keeps, gives out, refreshes and ends what sign-ins gave us. Never logs any of it."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        audit: AuditLog,
        connections: Connections,
        door: Caller,
        permits: Permits,
        keys: KeySource,
        clock: Callable[[], float],
    ) -> None:
        self._database, self._keyring, self._audit = database, keyring, audit
        self._connections, self._door, self._permits, self._keys = connections, door, permits, keys
        self._clock = clock

    def keep(self, conn: Connection, session: Session, tokens: HostTokens) -> None:
        """Keep a sign-in's tokens for all sessions of this viewer, in the transaction that opens this one.

        Tokens that were there before are dropped, not revoked: some hosts give out the same ones again.
        """
        name, viewer = session.connection, session.viewer.subject
        rows.put(conn, name, viewer, self._seal(name, viewer, tokens), session.ends_at)

    def prune(self, conn: Connection) -> None:
        """End those whose last session has come to its own end."""
        _note_ends(conn, self._audit, rows.end_over(conn, self._clock()), "life-over")

    def discard(self, conn: Connection, connection: str, viewer: str, tokens: HostTokens) -> None:
        """Tokens that no session came of: the host is told, in the background.

        Not while panels of the same viewer live: the host may have given out their tokens again.
        """
        if rows.find(conn, connection, viewer) is None:
            rows.enqueue_revoke(conn, connection, viewer, self._seal(connection, viewer, tokens))

    def get(self, session: Session, url: str, dead: str = "") -> HostIdentity:
        """The viewer's token, refreshed when it is over, or is the one that the host called `dead`.

        Raises SessionExpired (sign in again), HostUnavailable, Busy. Whoever holds a permit must not ask.
        """
        row, tokens = self._held(session)
        now = self._clock()
        if tokens.access == dead or now >= tokens.expires_at - EARLY_S:
            may_go_on = tokens.access != dead and now < tokens.expires_at
            tokens = self._refreshed(session, row, tokens, may_go_on)
        return HostIdentity(tokens.access, url, signed_in=True)

    def revoke(self, payload: Mapping[str, Any]) -> None:
        """The job's work: the host forgets these tokens. What nobody can read or ask any more is let go.

        Raises HostUnavailable, so that it is tried again.
        """
        name, viewer = payload["connection"], payload["viewer"]
        connection = self._connections.get(name) if name in self._connections else None
        if connection is None or connection.sign_in is None:
            return
        try:
            tokens = self._open(name, viewer, base64.b64decode(payload["tokens"]))
        except SealBroken:
            return
        drive(connection.sign_in.revoke(connection.settings, tokens, self._keys), self._call)

    def _refreshed(self, session: Session, row: rows.Row, tokens: HostTokens, may_go_on: bool) -> HostTokens:
        """As they are after a refresh, by us or by somebody else."""
        owner, until = secrets.token_hex(8), self._clock() + LEASE_S
        with self._database.begin() as conn:
            mine = rows.lease(conn, row, owner, until, self._clock())
        if mine:
            self._refresh(row, tokens, owner, until)
            return self._held(session)[1]
        return tokens if may_go_on else self._waited(session, row)

    def _waited(self, session: Session, old: rows.Row) -> HostTokens:
        """Somebody else refreshes. Whoever waits for that waits for the outside, and holds a permit."""
        until = time.monotonic() + WAIT_S
        with self._permits.take():
            while time.monotonic() < until:
                row, tokens = self._held(session)
                if row.version != old.version:
                    return tokens
                time.sleep(LOOK_EACH_S)
        raise Busy(reason="refresh-busy", retry_after_s=1.0)

    def _refresh(self, row: rows.Row, tokens: HostTokens, owner: str, until: float) -> None:
        """Ask the host, under the lease, and store what it says before anybody uses it."""

        def call(request: Request) -> Response:
            if self._clock() > until - CALL_S:  # we were asleep: another may be about to do the same
                raise Busy(reason="refresh-too-late", retry_after_s=1.0)
            return self._call(request)

        connection = self._connections.get(row.connection)
        try:
            if connection.sign_in is None or not tokens.refresh:
                raise SessionExpired(reason="host-token-dead")
            fresh = drive(connection.sign_in.refresh(connection.settings, tokens, self._keys, self._clock()), call)
        except SessionExpired as gone:
            with self._database.begin() as conn:
                if rows.drop(conn, row):
                    _note_ends(conn, self._audit, [row], gone.reason)
            raise
        except BaseException:
            with self._database.begin() as conn:
                rows.give_back(conn, row, owner)
            raise
        with self._database.begin() as conn:
            rows.replace(conn, row, owner, self._seal(row.connection, row.viewer, fresh))

    def _held(self, session: Session) -> tuple[rows.Row, HostTokens]:
        with self._database.read() as conn:
            row = rows.find(conn, session.connection, session.viewer.subject)
        if row is None:
            raise SessionExpired(reason="host-token-missing")
        try:
            return row, self._open(row.connection, row.viewer, row.tokens)
        except SealBroken as error:  # its key was taken out of the list
            raise SessionExpired(reason=error.reason) from error

    def _call(self, request: Request) -> Response:
        with self._permits.take(WAIT_S):
            return self._door.call(request)

    def _seal(self, connection: str, viewer: str, tokens: HostTokens) -> bytes:
        return self._keyring.seal(tokens.write(), f"identity:{connection}:{viewer}")

    def _open(self, connection: str, viewer: str, sealed: bytes) -> HostTokens:
        return HostTokens.read(self._keyring.open(sealed, f"identity:{connection}:{viewer}"))


def release(conn: Connection, audit: AuditLog, connection: str, viewer: str, now: float, reason: str) -> None:
    """End the identities of a connection, or of one viewer, that no living session needs; the hosts are told by jobs.

    In the transaction that ended the sessions.
    """
    _note_ends(conn, audit, rows.end_unneeded(conn, connection, viewer, now), reason)


def _note_ends(conn: Connection, audit: AuditLog, ended: Iterable[rows.Row], reason: str) -> None:
    for row in ended:
        audit.write("identity.ended", conn=conn, connection=row.connection, viewer=row.viewer, reason=reason)
