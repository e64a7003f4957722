"""Microsoft Graph, asked in the viewer's name: may this viewer open these documents?

A document is written `driveItem/<drive>:<item>`, with the ids as Graph gives them. Nothing else is a record here.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired, SignInNeeded
from app.hosts._host import Call
from app.launch import Access, Record
from app.net.door import Request, Response
from app.net.retry import retry_after_s

GRAPH = "https://graph.microsoft.com"
ITEM = "driveItem"
BATCH = 20  # questions in one call; the API takes no more
PATIENCE_S = 10.0  # for all calls of one question
MAX_CLAIMS = 4_096
_NO = Access(allowed=False)
# No dot and no slash: an id cannot leave its place in the path.
_ID = re.compile(r"([A-Za-z0-9_!-]{1,128}):([A-Za-z0-9_!-]{1,120})")
_CHALLENGE = re.compile(r'\bclaims="([A-Za-z0-9+/=_-]{1,6000})"')


def base_url(connection: ConnectionSettings) -> str:
    """Where Graph is: the public cloud's, unless the connection names that of another cloud."""
    return connection.host_url.rstrip("/") or GRAPH


def check_access(
    call: Call,
    connection: ConnectionSettings,
    host_url: str,
    host_token: str,
    records: Sequence[Record],
    fields: Sequence[str],
) -> dict[Record, Access]:
    """Get each document with the viewer's token, up to 20 in a call: whoever gets it may see it.

    Libraries know no rights on single columns, so whoever may see a document may see all its fields.

    https://learn.microsoft.com/graph/api/driveitem-get
    https://learn.microsoft.com/graph/json-batching
    """
    if host_url != base_url(connection):
        raise SessionExpired(reason="host-url-changed")  # the token goes where the connection says, or nowhere
    api = _Api(call, f"{host_url}/v1.0", host_token, time.monotonic() + PATIENCE_S)
    yes = Access(allowed=True, visible_fields=frozenset(fields))
    answers = dict.fromkeys(records, _NO)
    named = {record: match for record in records if (match := _item(record))}
    for some in _chunks(list(named)):
        for record, response in api.ask({each: _path(named[each]) for each in some}).items():
            answers[record] = yes if _is_this(response, named[record]) else _NO
    return answers


def _item(record: Record) -> re.Match[str] | None:
    return _ID.fullmatch(record.id) if record.type == ITEM else None


def _path(item: re.Match[str]) -> str:
    return f"/drives/{item[1]}/items/{item[2]}?$select=id,parentReference"


def _is_this(response: Response, item: re.Match[str]) -> bool:
    """A yes is a yes only about this very document of this very drive."""
    if response.status != 200:
        return False
    body = _json(response)
    parent = body.get("parentReference") if isinstance(body, dict) else None
    drive = parent.get("driveId") if isinstance(parent, dict) else None
    return isinstance(body, dict) and body.get("id") == item[2] and drive == item[1]


def _chunks(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    for start in range(0, len(records), BATCH):
        yield records[start : start + BATCH]


@dataclass(frozen=True, slots=True)
class _Api:
    call: Call
    base: str
    token: str = field(repr=False)
    until: float

    def ask(self, paths: Mapping[Record, str]) -> dict[Record, Response]:
        """Get these. An answer about the question comes back (200, 403, 404); all else is raised."""
        if len(paths) == 1:
            [(record, path)] = paths.items()
            return {record: _sound(self._send("GET", path))}
        parts = _parts(_sound(self._send("POST", "/$batch", _batch(list(paths.values())))))
        if parts.keys() != {str(n) for n in range(len(paths))}:
            raise HostUnavailable(reason="host-answer-shape")
        throttled = [part for part in parts.values() if part.status == 429]
        if throttled:
            _sound(max(throttled, key=_wait))  # who waits the longest has waited for all
        for part in parts.values():
            _sound(part)
        return {record: parts[str(n)] for n, record in enumerate(paths)}

    def _send(self, method: str, path: str, body: Any = None) -> Response:
        left = self.until - time.monotonic()
        if left <= 0:
            raise HostUnavailable(reason="host-timed-out")
        # decorated as the vendor asks for, so that it is not throttled first
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "User-Agent": "ISV|Inlay|Inlay",
        }
        try:
            return self.call(
                Request(method=method, url=self.base + path, headers=headers, json=body, deadline_s=min(left, 5.0))
            )
        except OutboundError as error:
            raise HostUnavailable(reason=f"host-{error.code}") from error


def _batch(paths: Sequence[str]) -> dict[str, Any]:
    return {"requests": [{"id": str(n), "method": "GET", "url": path} for n, path in enumerate(paths)]}


def _parts(response: Response) -> dict[str, Response]:
    """The answers of a batch by their ids, in whatever order they came."""
    body = _json(response) if response.status == 200 else None
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


def _sound(response: Response) -> Response:
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


def _json(response: Response) -> Any:
    try:
        return response.json()
    except AnswerRefused as error:
        raise HostUnavailable(reason="host-answer-shape") from error
