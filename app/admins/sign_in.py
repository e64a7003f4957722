"""Admins sign in through a connection of an OpenID provider: authorization code with PKCE, in the window itself.

What must be kept until the provider's answer lies sealed in a cookie of the browser that began: so nobody can have
another's browser end what they began themselves, and no row is left by who only looks.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.admins import Role
from app.config import AdminSettings, ConnectionSettings
from app.connections import Connections
from app.errors import LaunchRefused, NotFound, SignInDenied, SignInElsewhere, SignInOver, SignInRefused
from app.hosts._keys import KeySource
from app.hosts._oauth import drive
from app.hosts._sign_in import Attempt, SignIn
from app.keys import Keyring, SealBroken, same
from app.net.door import Request, Response

ATTEMPT_S = 600.0
_CONTEXT = "admin-sign-in"


@dataclass(frozen=True, slots=True)
class Known:
    """An admin as the configuration has them."""

    name: str
    role: Role
    connections: tuple[str, ...]
    subject: str  # as the provider calls them


class AdminSignIn:
    """The two ends of a sign-in. `call` is the network door under a permit."""

    def __init__(
        self,
        settings: AdminSettings,
        connections: Connections,
        keyring: Keyring,
        call: Callable[[Request], Response],
        keys: KeySource,
        public_url: str,
        clock: Callable[[], float],
    ) -> None:
        self._settings, self._connections, self._keyring = settings, connections, keyring
        self._call, self._keys, self._clock = call, keys, clock
        self.redirect_uri = f"{public_url}/admin/callback"

    def begin(self) -> tuple[str, str]:
        """Where the provider signs people in, and what the browser keeps until its answer.

        Raises NotFound where it is not set up, HostUnavailable, Busy.
        """
        connection, slot = self._provider()
        attempt = Attempt.new()
        url = drive(slot.begin(connection, attempt, self.redirect_uri, self._keys), self._call)
        kept = {"attempt": attempt.write().decode(), "until": self._clock() + ATTEMPT_S}
        return url, base64.urlsafe_b64encode(self._keyring.seal(json.dumps(kept).encode(), _CONTEXT)).decode()

    def finish(self, kept: str, answer: Mapping[str, str]) -> Known:
        """Who the provider's answer says it is; `answer` are the fields of its address.

        Raises SignInElsewhere, SignInOver, SignInRefused, SignInDenied (nobody whom we know), HostUnavailable.
        """
        connection, slot = self._provider()
        attempt = self._attempt(kept)
        if not same(attempt.state, answer.get("state", "")):
            raise SignInElsewhere(reason="state-wrong")
        if not answer.get("code"):
            raise SignInDenied(reason="denied-at-host")
        iss, now = answer.get("iss", ""), self._clock()
        flow = slot.finish(connection, attempt, answer["code"], iss, self.redirect_uri, self._keys, now)
        try:
            signed = drive(flow, self._call)
        except LaunchRefused as error:
            raise SignInRefused(reason=error.reason) from error
        subject = signed.viewer.subject
        role = self._settings.roles.get(subject)
        if role is None:
            told = f"You are signed in, but nobody here gave {subject} a role. Ask whoever runs this deployment."
            raise SignInDenied(told, reason="role-none")
        return Known(signed.viewer.name or subject, Role(role), self._settings.only.get(subject, ()), subject)

    def _attempt(self, kept: str) -> Attempt:
        try:
            sealed = base64.urlsafe_b64decode(kept.encode())
            found = json.loads(self._keyring.open(sealed, _CONTEXT))
        except (SealBroken, binascii.Error, ValueError) as error:
            raise SignInElsewhere(reason="attempt-unknown") from error
        if self._clock() >= found["until"]:
            raise SignInOver(reason="attempt-over")
        return Attempt.read(found["attempt"].encode())

    def _provider(self) -> tuple[ConnectionSettings, SignIn]:
        name = self._settings.sign_in
        connection = self._connections.get(name) if name else None
        if connection is None or connection.sign_in is None:
            raise NotFound("Nobody signs in here but by a link: inlay admin link", reason="sign-in-unset")
        return connection.settings, connection.sign_in
