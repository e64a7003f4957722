"""Access tokens by OAuth client credentials: the question, the strict reading of its answer, and one that is kept.

https://www.rfc-editor.org/rfc/rfc6749#section-4.4
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from app.errors import AnswerRefused, Unavailable
from app.net.door import Request, Response

DEFAULT_LIFE_S = 600.0  # some servers do not say how long a token lives
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


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and its end on the clock that it was read by."""

    value: str = field(repr=False)
    expires_at: float

    def renew_at(self, now: float) -> float:
        """A short-lived one is used for most of its life, or each call would get another."""
        return self.expires_at - min(EARLY_S, (self.expires_at - now) / 4)


def asking(url: str, client_id: str, secret: str, scope: str = "") -> Request:
    """The question for a token. The secret goes in the body, not in a Basic header: servers disagree on how to encode
    it there."""
    return Request(
        method="POST",
        url=url,
        headers={"Accept": "application/json"},
        form={
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
            **({"scope": scope} if scope else {}),
        },
        max_bytes=MAX_BYTES,
    )


class KeptToken:
    """One token, got once however many threads ask, renewed before its end; a failure is remembered for seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._token: Token | None = None
        self._renew_at = 0.0
        self._failure: Unavailable | None = None
        self._failed_at = 0.0

    def get(self, fetch: Callable[[float], Token]) -> str:
        """The token; `fetch` gets another one at this moment. Raises the Unavailable that it raises."""
        token = self._token
        if token is not None and self._clock() < self._renew_at:
            return token.value
        with self._lock:
            now = self._clock()
            if self._token is not None and now < self._renew_at:
                return self._token.value  # another thread was here first
            if self._failure is not None and now < self._failed_at + FAILURE_PAUSE_S:
                raise _again(self._failure)
            try:
                self._token, self._failure = fetch(now), None
                self._renew_at = self._token.renew_at(now)
            except Unavailable as error:
                self._failure, self._failed_at = error, now
                raise _again(error) from error
            return self._token.value

    def drop(self, token: str | None = None) -> None:
        """Forget a token that was called dead. With `token`, only if it is still that one."""
        with self._lock:
            if self._token is not None and token in {None, self._token.value}:
                self._token = None


def _again(error: Unavailable) -> Unavailable:
    """A fresh error for each thread: a shared one would gather all their tracebacks."""
    return type(error)(reason=error.reason, retry_after_s=error.retry_after_s or FAILURE_PAUSE_S)


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
    return Token(value, now + float(min(life, MAX_LIFE_S)))  # JSON has whole numbers that no float holds


def is_token(value: Any) -> TypeGuard[str]:
    """One word of visible ASCII: it goes into a header, and could smuggle a second one."""
    return isinstance(value, str) and 0 < len(value) <= _MAX_TOKEN and all("!" <= letter <= "~" for letter in value)
