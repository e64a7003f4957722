"""Tokens for hosts' APIs: flows without I/O and their driver, the integration identity's tokens, the viewers'."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeGuard, TypeVar

from cachetools import TLRUCache

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError
from app.net.door import Caller, Request, Response

DEFAULT_LIFE_S = 600.0  # some hosts do not say how long a token lives
MAX_LIFE_S = 86_400.0
EARLY_S = 60.0  # a token is renewed before its end, so that none dies on the way
FAILURE_PAUSE_S = 5.0
MAX_BYTES = 65_536
_MAX_TOKEN = 16_384
# RFC 6749 section 5.2 and OpenID Connect Core section 3.1.2.6; anything else in `error` is the server's own text and
# stays out of the audit
_CODES = """invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope
    interaction_required login_required consent_required"""
_SAFE_CODES = frozenset(_CODES.split())

T = TypeVar("T")
Flow = Generator[Request, Response, T]


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and its end on the clock that the flow was given."""

    value: str = field(repr=False)
    expires_at: float


TokenFlow = Callable[[ConnectionSettings, float], Flow[Token]]


def client_credentials(connection: ConnectionSettings, now: float) -> Flow[Token]:
    """Get a token for the integration identity.

    https://www.rfc-editor.org/rfc/rfc6749#section-4.4

    The secret goes in the body, not in a Basic header: servers disagree on how to encode it there.
    """
    if connection.client_secret is None:
        raise HostUnavailable(reason="integration-unset")
    response = yield Request(
        method="POST",
        url=connection.token_url,
        headers={"Accept": "application/json"},
        form={
            "grant_type": "client_credentials",
            "client_id": connection.client_id,
            "client_secret": connection.client_secret.reveal(),
            **({"scope": connection.token_scope} if connection.token_scope else {}),
        },
        max_bytes=MAX_BYTES,
    )
    if response.status != 200:
        raise HostUnavailable(reason=f"integration-refused:{error_code(response)}")
    return read_token(response.json(), now)


def own_secret(connection: ConnectionSettings, now: float) -> Flow[Token]:
    """For hosts that give an app one token for good: it is the identity's secret."""
    if connection.client_secret is None:
        raise HostUnavailable(reason="integration-unset")
    return Token(connection.client_secret.reveal(), now + MAX_LIFE_S)
    yield  # makes this a flow, which asks nobody


def drive(flow: Flow[T], call: Callable[[Request], Response]) -> T:
    """Run a flow: send what it asks for, hand it the answers, return what it returns.

    An error of the door is raised inside the flow, so that a flow may have a second plan.
    """
    try:
        request = next(flow)
        while True:
            try:
                response = call(request)
            except OutboundError as error:
                request = flow.throw(error)
            else:
                request = flow.send(response)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


@dataclass(slots=True)
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    token: Token | None = None
    renew_at: float = 0.0
    failure: HostUnavailable | None = None
    failed_at: float = 0.0


class IntegrationTokens:
    """One token for each integration identity, got once however many threads ask, renewed before its end."""

    def __init__(self, door: Caller, clock: Callable[[], float] = time.time) -> None:
        self._door, self._clock = door, clock
        self._slots: dict[tuple[str, str, str], _Slot] = {}
        self._lock = threading.Lock()

    def get(self, connection: ConnectionSettings, flow: TokenFlow = client_credentials) -> str:
        """The identity's token, by the host's way to one. Raises HostUnavailable, which is remembered for seconds."""
        slot = self._slot(connection)
        token = slot.token
        if token is not None and self._clock() < slot.renew_at:
            return token.value
        with slot.lock:
            now = self._clock()
            if slot.token is not None and now < slot.renew_at:
                return slot.token.value  # another thread was here first
            if slot.failure is not None and now < slot.failed_at + FAILURE_PAUSE_S:
                raise _again(slot.failure)
            try:
                slot.token, slot.failure = self._fetch(flow(connection, now)), None
                slot.renew_at = _renew_at(slot.token, now)
            except HostUnavailable as error:
                slot.failure, slot.failed_at = error, now
                raise _again(error) from error
            return slot.token.value

    def drop(self, connection: ConnectionSettings, token: str | None = None) -> None:
        """Forget a token that the host called dead. With `token`, only if it is still that one."""
        slot = self._slot(connection)
        with slot.lock:
            if slot.token is not None and token in {None, slot.token.value}:
                slot.token = None

    def _slot(self, connection: ConnectionSettings) -> _Slot:
        with self._lock:
            key = (connection.name, connection.token_url, connection.client_id)
            return self._slots.setdefault(key, _Slot())

    def _fetch(self, flow: Flow[Token]) -> Token:
        try:
            return drive(flow, self._door.call)
        except (OutboundError, AnswerRefused) as error:
            raise HostUnavailable(reason=f"integration-{error.code}", retry_after_s=FAILURE_PAUSE_S) from error


ExchangeFlow = Callable[[ConnectionSettings, str, float], Flow[Token]]
_Key = tuple[str, bytes]  # connection, digest of the proof


class ViewerTokens:
    """What viewers' proofs were exchanged for. In memory only, until shortly before each one's end."""

    def __init__(self, door: Caller, clock: Callable[[], float] = time.time) -> None:
        self._door, self._clock = door, clock
        self._tokens: TLRUCache[_Key, Token] = TLRUCache(10_000, lambda _, token, now: _renew_at(token, now), clock)
        self._lock = threading.Lock()

    def get(self, exchange: ExchangeFlow, connection: ConnectionSettings, proof: str) -> str:
        """The token for a proof. Raises SessionExpired when the proof is good for none, HostUnavailable."""
        key = _key(connection, proof)
        with self._lock:
            token = self._tokens.get(key)
        if token is None:
            try:
                token = drive(exchange(connection, proof, self._clock()), self._door.call)
            except (OutboundError, AnswerRefused) as error:
                raise HostUnavailable(reason=f"exchange-{error.code}") from error
            with self._lock:
                self._tokens[key] = token
        return token.value

    def drop(self, connection: ConnectionSettings, proof: str) -> None:
        """Forget what the host called dead."""
        with self._lock:
            self._tokens.pop(_key(connection, proof), None)


def _key(connection: ConnectionSettings, proof: str) -> _Key:
    return connection.name, hashlib.sha256(proof.encode()).digest()


def _renew_at(token: Token, now: float) -> float:
    """A short-lived one is used for most of its life, or each call would get another."""
    return token.expires_at - min(EARLY_S, (token.expires_at - now) / 4)


def _again(error: HostUnavailable) -> HostUnavailable:
    """A fresh error for each thread: a shared one would gather all their tracebacks."""
    return HostUnavailable(reason=error.reason, retry_after_s=error.retry_after_s or FAILURE_PAUSE_S)


def error_code(response: Response) -> str:
    """What a token endpoint says is wrong: a word of the standard's, else the status."""
    try:
        body = response.json()
    except AnswerRefused:
        return str(response.status)
    code = body.get("error") if isinstance(body, dict) else None
    return code if isinstance(code, str) and code in _SAFE_CODES else str(response.status)


def read_token(body: Any, now: float, default_life_s: float = DEFAULT_LIFE_S) -> Token:
    """The token of a token endpoint's answer. Raises AnswerRefused."""
    if not isinstance(body, dict):
        raise AnswerRefused(reason="token-shape")
    value, kind, life = body.get("access_token"), body.get("token_type", "Bearer"), body.get("expires_in")
    if not is_token(value):
        raise AnswerRefused(path="access_token", reason="token-shape")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise AnswerRefused(path="token_type", reason="token-shape")
    if isinstance(life, str) and life.isascii() and life.isdigit():
        life = int(life[:9])  # some servers write the number as a text
    if life is None:
        life = default_life_s
    if isinstance(life, bool) or not isinstance(life, int | float) or not life > 0:
        raise AnswerRefused(path="expires_in", reason="token-shape")
    return Token(value, now + min(float(life), MAX_LIFE_S))


def is_token(value: Any) -> TypeGuard[str]:
    """One word of visible ASCII: it goes into a header, and could smuggle a second one."""
    return isinstance(value, str) and 0 < len(value) <= _MAX_TOKEN and all("!" <= letter <= "~" for letter in value)
