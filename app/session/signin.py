"""Signing in at a host: from a viewer's click to a one-time code, and from the code to a session.

Three secrets hold it together. `state` ties the host's answer to the attempt; `tab` ties both ends of the window
to one browser, so that what one person began nobody else can end; the frame's own, of which only the hash is known
here, makes the code worth nothing to anybody else. What is kept meanwhile is sealed and ends after ten minutes.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlalchemy import Row

from app.audit.log import AuditLog
from app.connections import Connection
from app.db import Database, sign_ins
from app.db.sign_ins import Step
from app.errors import CodeWrong, LaunchRefused, SignInDenied, SignInElsewhere, SignInOver, SignInRefused
from app.hosts._keys import KeySource
from app.hosts._oauth import drive
from app.hosts._sign_in import Attempt, SignedIn, SignIn
from app.keys import Keyring, SealBroken, same
from app.launch import Attest, Launch, Record
from app.net.door import Request, Response
from app.session import Sessions
from app.session.bearer import Session
from app.session.identities import Identities

ATTEMPT_S = 600.0
CODE_S = 120.0
TRIES = 3
_VERIFIER = re.compile(r"[A-Za-z0-9_-]{43,128}")

How = Literal["code", "digits"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a panel asks for when its viewer clicks."""

    challenge: str  # base64url of the SHA-256 of the frame's secret
    component: str
    records: tuple[Record, ...]  # none: only the host's leave is wanted, it launches by itself then
    opener: str  # the one origin that a code is sent to: ours, or a page's of the connection
    claims: str = ""  # what the host's API wants its sign-in to ask for, as the panel was told


@dataclass(frozen=True, slots=True)
class Started:
    """What the window needs to go on: its own secret, and where the host signs viewers in."""

    state: str
    tab: str = field(repr=False)
    url: str


class SignIns:
    """The attempts of all connections."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        sessions: Sessions,
        identities: Identities,
        audit: AuditLog,
        call: Callable[[Request], Response],
        keys: KeySource,
        public_url: str,
        clock: Callable[[], float],
    ) -> None:
        self._database, self._keyring, self._audit, self._clock = database, keyring, audit, clock
        self._sessions, self._identities = sessions, identities
        self._call, self._keys, self._public_url = call, keys, public_url

    def start(self, connection: Connection, asked: Asked) -> Started:
        """Begin. Raises SignInRefused for a challenge that was used before, HostUnavailable, Busy."""
        attempt, tab, now = Attempt.new(asked.claims), secrets.token_urlsafe(32), self._clock()
        begin = _slot(connection).begin(connection.settings, attempt, self.redirect_uri(connection), self._keys)
        url, name = drive(begin, self._call), _digest(attempt.state)
        row = {
            "id": name,
            "connection": connection.name,
            "challenge": asked.challenge,
            "tab": _digest(tab),
            "step": Step.STARTED,
            "opener": asked.opener,
            "component": asked.component,
            "records": json.dumps([str(record) for record in asked.records]),
            "secrets": self._keyring.seal(attempt.write(), f"sign-in:{name}"),
            "tries": 0,
            "created_at": now,
            "expires_at": now + ATTEMPT_S,
        }
        with self._database.begin() as conn:
            for late in sign_ins.prune(conn, now):
                with suppress(SealBroken):  # its key was taken out of the list: nobody reads these tokens any more
                    signed = self._signed_in(late)
                    self._identities.discard(conn, late.connection, signed.viewer.subject, signed.tokens)
            if not sign_ins.add(conn, row):
                raise SignInRefused(reason="challenge-used")
        return Started(attempt.state, tab, url)

    def finish(self, connection: Connection, state: str, tab: str, code: str, issuer: str) -> tuple[SignedIn, str]:
        """Take the host's answer: who it is, and where a code would be sent to.

        Raises SignInRefused and its kin, HostUnavailable, Busy: then it is over.
        """
        row = self._mine(connection, state, tab, Step.STARTED)
        if not code:
            self._fail(row)
            raise SignInRefused(reason="code-missing")
        with self._database.begin() as conn:
            if not sign_ins.step(conn, row, Step.ASKING):
                raise SignInOver(reason="state-used")
        asking = self._mine(connection, state, tab, Step.ASKING)
        attempt = Attempt.read(self._keyring.open(row.secrets, f"sign-in:{row.id}"))
        uri, now = self.redirect_uri(connection), self._clock()
        try:
            flow = _slot(connection).finish(connection.settings, attempt, code, issuer, uri, self._keys, now)
            signed = drive(flow, self._call)
        except BaseException as error:
            self._fail(asking)
            if isinstance(error, LaunchRefused):
                raise SignInRefused(reason=error.reason) from error
            raise
        sealed = self._keyring.seal(signed.write(), f"signed-in:{row.id}")
        with self._database.begin() as conn:
            if not sign_ins.step(conn, asking, Step.ANSWERED, secrets=None, result=sealed):
                raise SignInOver(reason="state-used")
            self._write(conn, "signin.answered", row, signed, organisation=signed.organisation)
        return signed, row.opener

    def give_up(self, connection: Connection, state: str, tab: str, error: str) -> None:
        """The host said no. Always raises: SignInDenied when the viewer or the host's admin did not allow it."""
        self._fail(self._mine(connection, state, tab, Step.STARTED))
        denied = error in {"access_denied", "consent_required", "interaction_required", "login_required"}
        raise SignInDenied(reason="denied-at-host") if denied else SignInRefused(reason="error-at-host")

    def connect(self, connection: Connection, state: str, tab: str, how: How) -> tuple[str, str]:
        """The viewer agrees: the code, and the one origin for it. An earlier one is worth nothing. Raises
        SignInOver."""
        row, now = self._mine(connection, state, tab, Step.ANSWERED, Step.CONNECTED), self._clock()
        code = f"{secrets.randbelow(10**6):06}" if how == "digits" else secrets.token_urlsafe(32)
        until = min(row.created_at + ATTEMPT_S, now + CODE_S)
        fresh = {"code": _digest(row.id + code), "tries": 0, "expires_at": until}
        if row.records == "[]":  # the host launches by itself from now on: its leave is all that was wanted
            fresh["result"] = None
        with self._database.begin() as conn:
            if not sign_ins.step(conn, row, Step.CONNECTED, **fresh):
                raise SignInOver(reason="state-used")
            self._write(conn, "signin.connected", row, self._signed_in(row) if row.result else None, how=how)
        return code, row.opener

    def cancel(self, connection: Connection, state: str, tab: str) -> None:
        """The viewer does not agree: the host is told to forget what it gave us."""
        row = self._mine(connection, state, tab, Step.ANSWERED)
        signed = self._signed_in(row)
        with self._database.begin() as conn:
            if sign_ins.step(conn, row, Step.FAILED):
                self._identities.discard(conn, row.connection, signed.viewer.subject, signed.tokens)
                self._write(conn, "signin.cancelled", row, signed)

    def redeem(self, connection: Connection, code: str, verifier: str) -> tuple[Session, str]:
        """A session for a code, to the frame whose secret `verifier` is. Raises CodeWrong, SignInOver."""
        known = _VERIFIER.fullmatch(verifier)
        challenge = str(create_s256_code_challenge(verifier)) if known else ""  # type: ignore[no-untyped-call]
        row = sign_ins.of_challenge(self._database, challenge)
        if row is None or row.connection != connection.name:
            raise SignInOver(reason="code-unknown")
        if row.step != Step.CONNECTED or row.result is None:
            raise SignInOver(reason="code-used" if row.step == Step.DONE else "code-early")
        if self._clock() >= row.expires_at:
            raise SignInOver(reason="code-expired")
        with self._database.begin() as conn:
            if not sign_ins.spend_try(conn, row, TRIES):
                raise SignInOver(reason="tries-spent")
        if not same(row.code, _digest(row.id + code)):
            raise CodeWrong(reason="code-wrong")
        signed = self._signed_in(row)
        if self._sessions.is_revoked(row.connection, signed.viewer.subject, row.component, row.created_at):
            raise SignInOver(reason="revoked")  # who was sent away since then signs in anew
        launch = self._launch(connection, row, signed)
        mode: Literal["frame", "element"] = "frame" if row.opener == self._public_url else "element"
        with self._database.begin() as conn:
            if not sign_ins.step(conn, row, Step.DONE):
                raise SignInOver(reason="code-used")
            opened = self._sessions.open(launch, connection, row.component, mode, tokens=signed.tokens, within=conn)
            self._write(conn, "signin.completed", row, signed, session=opened[0].id)
        return opened

    def redirect_uri(self, connection: Connection) -> str:
        """One address for each connection, so that no host's answer can be taken for another's."""
        return f"{self._public_url}/oauth/{connection.name}/callback"

    def _launch(self, connection: Connection, row: Row[Any], signed: SignedIn) -> Launch:
        return Launch(
            viewer=signed.viewer,
            records=tuple(Record.parse(text) for text in json.loads(row.records)),
            origin=connection.settings.origins[0] if row.opener == self._public_url else row.opener,
            component=row.component,
            attests=frozenset({Attest.VIEWER}),
            used_key="",  # the attempt's own step counts its use
            used_until=row.expires_at,
            host_url=signed.host_url,
        )

    def _mine(self, connection: Connection, state: str, tab: str, *steps: Step) -> Row[Any]:
        """The attempt, if the window that asks is the one that began it."""
        row = sign_ins.find(self._database, _digest(state))
        if row is None:
            raise SignInOver(reason="state-unknown")
        if row.connection != connection.name:
            raise SignInRefused(reason="connection-wrong")
        if not same(row.tab, _digest(tab)):
            raise SignInElsewhere(reason="window-wrong")
        if self._clock() >= row.created_at + ATTEMPT_S:
            raise SignInOver(reason="state-expired")
        if row.step not in steps:
            raise SignInOver(reason="state-used")
        return row

    def _fail(self, row: Row[Any]) -> None:
        with self._database.begin() as conn:
            sign_ins.step(conn, row, Step.FAILED)

    def _write(self, conn: Any, event: str, row: Row[Any], signed: SignedIn | None, **more: str) -> None:
        facts = {"component": row.component, "viewer": signed.viewer.subject if signed else None}
        self._audit.write(event, conn=conn, connection=row.connection, detail=facts | more)

    def _signed_in(self, row: Row[Any]) -> SignedIn:
        return SignedIn.read(self._keyring.open(row.result, f"signed-in:{row.id}"))


def _slot(connection: Connection) -> SignIn:
    if connection.sign_in is None:
        raise SignInRefused(reason="sign-in-unset")
    return connection.sign_in


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
