"""Signing in at a host: the slot of a host's form, and the values that go in and out.

Each of the four flows is a generator without I/O but the key source's: it yields requests, is sent their answers
(`drive` in `_oauth.py`), and returns its value. So each is tested without a network, and runs wherever somebody
may wait for the outside. All raise HostUnavailable when the host does not answer, or answers nonsense.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from typing import Protocol

from app.config import ConnectionSettings
from app.hosts._keys import Discovery, KeySource
from app.hosts._oauth import Flow
from app.launch import Viewer


@dataclass(frozen=True, slots=True)
class Attempt:
    """The secrets of one attempt to sign in; good for one answer of the host."""

    state: str = field(repr=False)  # comes back in the address: the answer is to us, and to this attempt
    nonce: str = field(repr=False)  # comes back inside the ID token, where there is one
    verifier: str = field(repr=False)  # proves that whoever redeems the code has asked for it
    claims: str = ""  # what the host's API asked to have of the viewer's next sign-in, as JSON; no secret

    @classmethod
    def new(cls, claims: str = "") -> Attempt:
        """43 letters each, the least that a verifier may have: https://www.rfc-editor.org/rfc/rfc7636#section-4.1"""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, claims)

    def write(self) -> bytes:
        """Bytes to be sealed and kept until the viewer comes back; what is in them opens the viewer's session."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, text: bytes) -> Attempt:
        """What `write` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class HostTokens:
    """What is kept, sealed, of a viewer's sign-in: what the host's API takes, and how to get the next."""

    access: str = field(repr=False)
    expires_at: float  # of `access`, seconds since the epoch
    refresh: str = field(default="", repr=False)

    def write(self) -> bytes:
        """Bytes to be sealed and kept: whoever holds them is the viewer, at the host."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, text: bytes) -> HostTokens:
        """What `write` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, at which organisation of the host's: what the viewer is asked to confirm."""

    viewer: Viewer
    organisation: str  # a name that a person knows, to show; that it is the connection's has been checked
    tokens: HostTokens
    host_url: str | None = None  # where the access token is spoken to

    def write(self) -> bytes:
        """Bytes to be sealed and kept until the viewer has agreed."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, text: bytes) -> SignedIn:
        """What `write` wrote."""
        plain = json.loads(text)
        viewer = Viewer(**plain["viewer"] | {"roles": tuple(plain["viewer"]["roles"])})
        return cls(viewer, plain["organisation"], HostTokens(**plain["tokens"]), plain["host_url"])


class Begin(Protocol):
    """The address to send the viewer's browser to. It comes from the connection or its issuer, never from a page."""

    def __call__(
        self, connection: ConnectionSettings, attempt: Attempt, redirect_uri: str, keys: KeySource, /
    ) -> Flow[str]: ...


class Finish(Protocol):
    """The code that came back, for who signed in. `issuer` is the answer's parameter `iss` (RFC 9207), or empty.

    The caller has compared the state. Raises LaunchRefused with a reason of the table: a code that is not for this
    attempt, another issuer, another organisation, an ID token that does not hold.
    """

    def __call__(
        self,
        connection: ConnectionSettings,
        attempt: Attempt,
        code: str,
        issuer: str,
        redirect_uri: str,
        keys: KeySource,
        now: float,
        /,
    ) -> Flow[SignedIn]: ...


class Refresh(Protocol):
    """New tokens for the refresh token, which may be good for this once. Raises SessionExpired: sign in again."""

    def __call__(
        self, connection: ConnectionSettings, tokens: HostTokens, keys: KeySource, now: float, /
    ) -> Flow[HostTokens]: ...


class Revoke(Protocol):
    """The host forgets the tokens. To revoke again what is revoked is no error."""

    def __call__(self, connection: ConnectionSettings, tokens: HostTokens, keys: KeySource, /) -> Flow[None]: ...


USES = ("sign_in_client_id", "sign_in_client_secret", "sign_in_scopes")  # what hosts with a registered app know


class Provider(Protocol):
    """What the host says of itself. Raises LaunchRefused when it speaks for another issuer; HostUnavailable, Busy."""

    def __call__(self, connection: ConnectionSettings, keys: KeySource, /) -> Discovery: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How viewers sign in at a host: authorization code with PKCE S256, always.

    https://www.rfc-editor.org/rfc/rfc9700
    """

    begin: Begin
    finish: Finish
    refresh: Refresh
    revoke: Revoke
    provider: Provider | None = None  # None: it has no discovery
    requires: tuple[str, ...] = ("sign_in_client_id",)  # settings; a connection without them offers no sign-in

    def ready(self, connection: ConnectionSettings) -> bool:
        """Whether a connection has set it up."""
        return all(getattr(connection, name) for name in self.requires)
