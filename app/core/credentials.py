"""How a core is shown who we are: a caller around the door, which adds what the core asks for.

Keys: the one that worked last; on a 401 the others, because a rotation may be under way. Tokens: got by client
credentials, kept, renewed by one thread at a time; on a 401 another one, once. A certificate is the door's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from app.config import CoreSettings
from app.errors import AnswerRefused, CoreUnavailable, OutboundError
from app.net.door import Caller, Door, Meter, Request, Response
from app.net.tokens import KeptToken, Token, asking, error_code, read_token

_UNAUTHORIZED = 401
BEARER = "Authorization"


def authenticated(core: CoreSettings, door: Caller, clock: Callable[[], float] = time.time) -> Caller:
    """Who calls this core. What it is asked may also raise CoreUnavailable, where there is no token to be had."""
    if core.auth == "api-key":
        return Keys(core, door)
    if core.auth == "oauth":
        return Tokens(core, door, clock)
    return door


def own_door(core: CoreSettings, allow_private: tuple[str, ...], metrics: Meter | None) -> Door | None:
    """A door of its own for a core that asks for a certificate, or shows one of another authority; else None."""
    if core.client_certificate is None and core.ca_file is None:
        return None
    ours = (str(core.client_certificate), str(core.client_key)) if core.client_certificate else None
    trusted = str(core.ca_file) if core.ca_file else None
    return Door(allow_private, metrics=metrics, ca_file=trusted, certificate=ours)


class Keys:
    """By one of several keys. For all threads: the worst that two of them can do is to try a key once more."""

    def __init__(self, core: CoreSettings, door: Caller) -> None:
        self._door, self._header = door, core.api_key_header
        self._keys, self._key = core.api_keys, 0

    def call(self, request: Request) -> Response:
        """By the key that was taken last; on a 401 by the next ones. Raises OutboundError and its kin."""
        response = self._door.call(self._with(request, self._key))
        for _ in self._keys[1:]:
            if response.status != _UNAUTHORIZED:
                break
            self._key = (self._key + 1) % len(self._keys)
            response = self._door.call(self._with(request, self._key))
        return response

    def each(self, request: Request) -> list[int]:
        """The status that each key brings, in the order of the settings. Raises OutboundError."""
        return [self._door.call(self._with(request, number)).status for number in range(len(self._keys))]

    def _with(self, request: Request, number: int) -> Request:
        key = self._keys[number].reveal()
        value = f"Bearer {key}" if self._header.lower() == BEARER.lower() else key
        return replace(request, headers=_and(request.headers, self._header, value))


class Tokens:
    """By a token. For all threads."""

    def __init__(self, core: CoreSettings, door: Caller, clock: Callable[[], float]) -> None:
        self._core, self._door, self._kept = core, door, KeptToken(clock)

    def call(self, request: Request) -> Response:
        """Raises CoreUnavailable where there is no token to be had."""
        token = self._kept.get(self._fetch)
        response = self._door.call(_bearing(request, token))
        if response.status != _UNAUTHORIZED:
            return response
        self._kept.drop(token)  # it was called dead before its time: another one, once
        return self._door.call(_bearing(request, self._kept.get(self._fetch)))

    def token(self) -> None:
        """Whether there is one to be had. Raises CoreUnavailable."""
        self._kept.get(self._fetch)

    def _fetch(self, now: float) -> Token:
        core = self._core
        secret = core.client_secret.reveal() if core.client_secret else ""
        try:
            response = self._door.call(asking(core.token_url, core.client_id, secret, core.token_scope))
            if response.status != 200:
                raise CoreUnavailable(reason=f"core-token-refused:{error_code(response)}")
            return read_token(response.json(), now)
        except (OutboundError, AnswerRefused) as error:
            raise CoreUnavailable(reason=f"core-token-{error.code}") from error


def _bearing(request: Request, token: str) -> Request:
    return replace(request, headers=_and(request.headers, BEARER, f"Bearer {token}"))


def _and(headers: Mapping[str, str], name: str, value: str) -> Mapping[str, str]:
    return {**headers, name: value}
