"""Tokens for hosts' APIs: flows without I/O and their driver, the integration identity's tokens, the viewers'."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Generator
from typing import TypeVar

from cachetools import TLRUCache

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError
from app.net.door import Caller, Request, Response
from app.net.tokens import FAILURE_PAUSE_S, MAX_LIFE_S, KeptToken, Token, asking, error_code, read_token

T = TypeVar("T")
Flow = Generator[Request, Response, T]


TokenFlow = Callable[[ConnectionSettings, float], Flow[Token]]


def client_credentials(connection: ConnectionSettings, now: float) -> Flow[Token]:
    """Get a token for the integration identity.

    Raises HostUnavailable. || https://www.rfc-editor.org/rfc/rfc6749#section-4.4
    """
    if connection.client_secret is None:
        raise HostUnavailable(reason="integration-unset")
    secret, scope = connection.client_secret.reveal(), connection.token_scope
    response = yield asking(connection.token_url, connection.client_id, secret, scope)
    if response.status != 200:
        raise HostUnavailable(reason=f"integration-refused:{error_code(response)}")
    return read_token(response.json(), now)


def own_secret(connection: ConnectionSettings, now: float) -> Flow[Token]:
    """For hosts that give an app one token for good: it is the identity's secret.

    Raises HostUnavailable when it is not set.
    """
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


class IntegrationTokens:
    """One token for each integration identity, got once however many threads ask, renewed before its end."""

    def __init__(self, door: Caller, clock: Callable[[], float] = time.time) -> None:
        self._door, self._clock = door, clock
        self._slots: dict[tuple[str, str, str], KeptToken] = {}
        self._lock = threading.Lock()

    def get(self, connection: ConnectionSettings, flow: TokenFlow = client_credentials) -> str:
        """The identity's token, by the host's way to one. Raises HostUnavailable, which is remembered for seconds."""
        return self._slot(connection).get(lambda now: self._fetch(flow(connection, now)))

    def drop(self, connection: ConnectionSettings, token: str | None = None) -> None:
        """Forget a token that the host called dead. With `token`, only if it is still that one."""
        self._slot(connection).drop(token)

    def _slot(self, connection: ConnectionSettings) -> KeptToken:
        with self._lock:
            key = (connection.name, connection.token_url, connection.client_id)
            return self._slots.setdefault(key, KeptToken(self._clock))

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
        self._tokens: TLRUCache[_Key, Token] = TLRUCache(10_000, lambda _, token, now: token.renew_at(now), clock)
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
