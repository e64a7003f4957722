"""Microsoft Graph: one call or twenty in a batch, and what an answer means whatever was asked."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired, SignInNeeded
from app.hosts._host import Call
from app.launch import Record
from app.net.door import Request, Response
from app.net.retry import retry_after_s

GRAPH = "https://graph.microsoft.com"
AGENT = "ISV|Inlay|Inlay"  # decorated as the vendor asks for, so that we are not throttled first
BATCH = 20  # questions in one call; the API takes no more
PATIENCE_S = 10.0  # for all calls of one question
MAX_CLAIMS = 4_096
_CHALLENGE = re.compile(r'\bclaims="([A-Za-z0-9+/=_-]{1,6000})"')


def base_url(connection: ConnectionSettings) -> str:
    """Where Graph is: the public cloud's, unless the connection names that of another cloud."""
    return connection.host_url.rstrip("/") or GRAPH


@dataclass(frozen=True, slots=True)
class Question:
    """Something to get: its path behind the version, and what must be said beside the token."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Api:
    """The API for one question of ours, with one token and until one deadline (by the monotonic clock)."""

    call: Call
    base: str
    token: str = field(repr=False)
    until: float

    @classmethod
    def open(cls, call: Call, connection: ConnectionSettings, host_url: str, token: str) -> Api:
        """`host_url` is where the token is for; empty: it is the connection's own.

        Raises SessionExpired: the token goes where the connection says, or nowhere.
        """
        base = base_url(connection)
        if host_url not in {"", base}:
            raise SessionExpired(reason="host-url-changed")
        return cls(call, f"{base}/v1.0", token, time.monotonic() + PATIENCE_S)

    def get(self, question: Question) -> Response:
        """An answer about the question comes back (200, 403, 404); all else is raised, as `sound` says."""
        return sound(self.send("GET", question.path, headers=question.headers))

    def ask(self, questions: Mapping[Record, Question]) -> dict[Record, Response]:
        """Get up to 20 of them in one call.

        Raises HostUnavailable, also when any of them was throttled, with the longest wait that was asked for;
        SessionExpired.

        https://learn.microsoft.com/graph/json-batching
        """
        if len(questions) == 1:
            [(record, question)] = questions.items()
            return {record: self.get(question)}
        parts = _parts(sound(self.send("POST", "/$batch", _batch(list(questions.values())))))
        if parts.keys() != {str(n) for n in range(len(questions))}:
            raise HostUnavailable(reason="host-answer-shape")
        throttled = [part for part in parts.values() if part.status == 429]
        if throttled:
            sound(max(throttled, key=_wait))  # who waits the longest has waited for all
        for part in parts.values():
            sound(part)
        return {record: parts[str(n)] for n, record in enumerate(questions)}

    def send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] = MappingProxyType({})
    ) -> Response:
        """One call, whatever its answer. Raises HostUnavailable."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise HostUnavailable(reason="host-timed-out")
        named = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "User-Agent": AGENT,
            **headers,
        }
        url = path if path.startswith(f"{self.base}/") else self.base + path  # links of the API are whole addresses
        try:
            return self.call(Request(method=method, url=url, headers=named, json=body, deadline_s=min(left, 5.0)))
        except OutboundError as error:
            raise HostUnavailable(reason=f"host-{error.code}") from error


def _batch(questions: Sequence[Question]) -> dict[str, Any]:
    parts = ({"id": str(n), "method": "GET", "url": each.path} for n, each in enumerate(questions))
    more = ({"headers": dict(each.headers)} if each.headers else {} for each in questions)
    return {"requests": [part | headers for part, headers in zip(parts, more, strict=True)]}


def _parts(response: Response) -> dict[str, Response]:
    """The answers of a batch by their ids, in whatever order they came."""
    body = json_of(response) if response.status == 200 else None
    parts = body.get("responses") if isinstance(body, dict) else None
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise HostUnavailable(reason="host-answer-shape")
    return {str(part.get("id")): _part(part) for part in parts}


def _part(part: Mapping[str, Any]) -> Response:
    status, headers = part.get("status"), part.get("headers")
    named = {str(name): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
    body = json.dumps(part.get("body")).encode()
    return Response(status=status if isinstance(status, int) else 0, headers=named, body=body)


def _wait(response: Response) -> float:
    return retry_after_s(response, time.time()) or 0.0


def sound(response: Response) -> Response:
    """An answer about the question: 200, 403 or 404. Raises SessionExpired, SignInNeeded, HostUnavailable."""
    if response.status in {200, 403, 404}:
        return response
    if response.status == 401:
        claims = _challenge(response.headers.get("WWW-Authenticate", ""))
        if claims:  # https://learn.microsoft.com/entra/identity-platform/claims-challenge
            raise SignInNeeded(reason="host-challenge", claims=claims)
        raise SessionExpired(reason="host-token-dead")
    raise HostUnavailable(reason=f"host-status-{response.status}", retry_after_s=_wait(response) or None)


def _challenge(header: str) -> str:
    """The claims of a challenge: a JSON object in base64."""
    match = _CHALLENGE.search(header)
    if not match:
        return ""
    encoded = match[1].replace("-", "+").replace("_", "/").rstrip("=")
    try:
        claims = base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        return claims if len(claims) <= MAX_CLAIMS and isinstance(json.loads(claims), dict) else ""
    except (ValueError, RecursionError):
        return ""


def json_of(response: Response) -> Any:
    """The answer as JSON. Raises HostUnavailable."""
    try:
        return response.json()
    except AnswerRefused as error:
        raise HostUnavailable(reason="host-answer-shape") from error
