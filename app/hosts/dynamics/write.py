"""Writing to Dataverse's rows, with their entity tags as lock; a lead's or opportunity's predictive score has a row of
its own beside it, which Dynamics 365 Sales shows in its own widget and lists: name `msdyn_score` for that.

https://learn.microsoft.com/power-apps/developer/data-platform/webapi/perform-conditional-operations-using-web-api
https://learn.microsoft.com/dynamics365/sales/populate-predictive-scores
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired
from app.hosts._write import Call, Changed, Current, FieldFinding, Why, WriteRefused, Writes
from app.hosts.dynamics.api import API
from app.hosts.dynamics.ids import is_column, is_id, is_table, key, many
from app.launch import Record
from app.net.door import Request, Response
from app.net.retry import retry_after_s

SCORE = "msdyn_score"
_SCORES = "msdyn_predictivescores"
_SCORED = frozenset({"lead", "opportunity"})
_ABORTED = "0x80040265"  # a plug-in of the customer's said no


def read(
    call: Call, connection: ConnectionSettings, token: str, record: Record, fields: Sequence[str]
) -> Current | None:
    """The columns; the version holds the entity tags of the row and of its score's row, which may not be there yet.

    Raises WriteRefused for a column that its table cannot have, HostUnavailable.
    """
    if not is_table(record.type) or not is_id(record.id):
        return None
    if strange := [name for name in fields if not is_column(name)]:
        raise WriteRefused("field", f"{strange[0]} is no column", fields=strange)
    if SCORE in fields and record.type not in _SCORED:
        raise WriteRefused("field", f"a {record.type} has no predictive score", fields=(SCORE,))
    api = _Api(call, connection, token)
    own = [name for name in fields if name != SCORE]
    row = api.row(f"{_row(record)}?$select={','.join([key(record.type), *own])}")
    if row is None:
        return None
    scored = api.row(f"{_score(record)}?$select={SCORE}") if SCORE in fields else None
    values = {name: (scored or {}).get(SCORE) if name == SCORE else row.get(name) for name in fields}
    return Current(values, json.dumps([_tag(row), _tag(scored) if scored else ""]))


def write(
    call: Call,
    connection: ConnectionSettings,
    token: str,
    record: Record,
    values: Mapping[str, Any],
    version: str,
) -> None:
    """Put the values there. The score's row is made where there is none; its key lets there be one only."""
    api, (tag, score_tag) = _Api(call, connection, token), json.loads(version)
    own = {name: value for name, value in values.items() if name != SCORE}
    if own:
        api.send("PATCH", _row(record), own, {"If-Match": tag})  # without the tag it would make a row that is gone
    if SCORE in values and score_tag:
        api.send("PATCH", _score(record), {SCORE: values[SCORE]}, {"If-Match": score_tag})
    elif SCORE in values:
        whose = {"msdyn_entityid": record.id, "msdyn_entitytype": record.type}
        api.send("POST", f"{API}/{_SCORES}", {SCORE: values[SCORE], **whose})


def check(
    call: Call, connection: ConnectionSettings, token: str, kind: str, fields: Sequence[str]
) -> list[FieldFinding]:
    """Which columns there are, and whether any can be updated; whether the app's role may, no metadata says.

    Raises HostUnavailable.
    """
    if not is_table(kind):
        raise HostUnavailable(reason="record-type-malformed")
    api = _Api(call, connection, token)
    found = api.row(f"{API}/EntityDefinitions(LogicalName='{kind}')/Attributes?$select=LogicalName,IsValidForUpdate")
    listed = (found or {}).get("value")
    known = {str(each.get("LogicalName")): each for each in listed or () if isinstance(each, dict)}
    return [_finding(api, kind, name, known.get(name)) for name in fields]


WRITES = Writes(read, write, check)


def _finding(api: _Api, kind: str, name: str, column: Mapping[str, Any] | None) -> FieldFinding:
    if name == SCORE:
        there = kind in _SCORED and api.row(f"{API}/EntityDefinitions(LogicalName='msdyn_predictivescore')") is not None
        return FieldFinding(name, "" if there else f"is not there for a {kind}: it comes with Sales", sure=not there)
    if column is None:
        return FieldFinding(name, "is not there")
    can = column.get("IsValidForUpdate") is True
    return FieldFinding(name, "" if can else "can never be updated", sure=not can)


def _row(record: Record) -> str:
    return f"{API}/{many(record.type)}({record.id})"  # both are checked: nothing in them can leave its place


def _score(record: Record) -> str:
    return f"{API}/{_SCORES}(msdyn_entityid='{record.id}',msdyn_entitytype='{record.type}')"


def _tag(row: Mapping[str, Any]) -> str:
    tag = row.get("@odata.etag")
    if not isinstance(tag, str) or not tag.isprintable():
        raise HostUnavailable(reason="host-answer-shape")
    return tag


class _Api:
    def __init__(self, call: Call, connection: ConnectionSettings, token: str) -> None:
        self._call, self._base, self._token = call, connection.host_url.rstrip("/"), token

    def row(self, path: str) -> Mapping[str, Any] | None:
        """None where it is not there."""
        response = self._sent("GET", path, None, {})
        if response.status == 404:
            return None
        body = _json(_taken(response))
        if not isinstance(body, dict):
            raise HostUnavailable(reason="host-answer-shape")
        return body

    def send(self, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None) -> None:
        """Raises Changed, WriteRefused, HostUnavailable, SessionExpired."""
        _taken(self._sent(method, path, body, headers or {}))

    def _sent(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Response:
        named = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/json",
            "OData-MaxVersion": "4.0",
            "OData-Version": "4.0",
            **headers,
        }
        try:
            return self._call(Request(method=method, url=self._base + path, headers=named, json=body))
        except OutboundError as error:
            raise HostUnavailable(reason=f"host-{error.code}") from error


def _taken(response: Response) -> Response:
    """A yes. Raises Changed (also where a row with this key was made meanwhile), WriteRefused, HostUnavailable."""
    if response.ok:
        return response
    if response.status == 401:
        raise SessionExpired(reason="host-token-dead")
    if response.status == 412:
        raise Changed
    if response.status == 429 or response.status >= 500:
        wait = retry_after_s(response, time.time())
        raise HostUnavailable(reason=f"host-status-{response.status}", retry_after_s=wait)
    code, words = _error(response)
    raise WriteRefused(_why(response.status, code, words.lower()), words)


def _why(status: int, code: str, words: str) -> Why:
    if status in (403, 404):
        return "permission" if status == 403 else "gone"
    if code == _ABORTED:
        return "rule"
    missing = ("could not find a property", "invalid property", "does not exist on type")
    return "field" if any(each in words for each in missing) else "value" if status == 400 else "other"


def _error(response: Response) -> tuple[str, str]:
    try:
        body = response.json()
    except AnswerRefused:
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", f"HTTP {response.status}"
    return str(error.get("code", "")), str(error.get("message") or f"HTTP {response.status}")


def _json(response: Response) -> Any:
    try:
        return response.json()
    except AnswerRefused as error:
        raise HostUnavailable(reason="host-answer-shape") from error
