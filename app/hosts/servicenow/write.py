"""Writing to ServiceNow's records by the Table API.

It has no conditional request. What it offers is `sys_mod_count`, which grows with each update: it is read with the
fields, and once more right before the write. So somebody who changes the same field within that one round trip is
written over; everybody before is seen. Nothing else of the record is touched: a PATCH changes the fields that it names.
https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired
from app.hosts._write import Call, Changed, Current, FieldFinding, WriteRefused, Writes, alike
from app.hosts.servicenow.api import TABLES
from app.hosts.servicenow.ids import is_field, is_id, is_table
from app.launch import Record
from app.net.door import Request, Response
from app.net.retry import retry_after_s

_COUNT = "sys_mod_count"
_PLAIN = {"sysparm_display_value": "false", "sysparm_exclude_reference_link": "true"}


def read(
    call: Call, connection: ConnectionSettings, token: str, record: Record, fields: Sequence[str]
) -> Current | None:
    """The fields, and as version how often the record was updated.

    Raises WriteRefused for a field that is no field of the table's own, or that it keeps from the identity;
    HostUnavailable.
    """
    if not is_table(record.type) or not is_id(record.id):
        return None
    if strange := [name for name in fields if not is_field(name) or "." in name]:
        raise WriteRefused("field", f"{strange[0]} is no field of its own", fields=strange)
    response = _send(call, connection, token, "GET", _row(record, [*fields, _COUNT]))
    if response.status == 404:
        return None
    row = _result(response)
    if missing := [name for name in fields if name not in row]:  # it leaves out what is not there, and what is hidden
        raise WriteRefused("field", f"no field {', '.join(missing)} in the answer", fields=missing)
    return Current({name: row[name] for name in fields}, str(row.get(_COUNT, "")))


def write(
    call: Call,
    connection: ConnectionSettings,
    token: str,
    record: Record,
    values: Mapping[str, Any],
    version: str,
) -> None:
    """Put the values there, if the record is of this version a moment before.

    A field that the token may not write is left alone without a word, so the answer is read. Raises Changed when the
    version is another, WriteRefused when a field was left alone, HostUnavailable.
    """
    now = _result(_send(call, connection, token, "GET", _row(record, [_COUNT])))
    if str(now.get(_COUNT, "")) != version:
        raise Changed
    body = {name: _written(value) for name, value in values.items()}
    row = _result(_send(call, connection, token, "PATCH", _row(record, [*values]), body))
    if ignored := [name for name, value in body.items() if not alike(row.get(name), value)]:
        raise WriteRefused("permission", f"{', '.join(ignored)} did not take the value", fields=ignored)


def check(
    call: Call, connection: ConnectionSettings, token: str, kind: str, fields: Sequence[str]
) -> list[FieldFinding]:
    """Whether the fields are there: any one row shows them. Whether they may be written, no answer tells beforehand.

    Raises HostUnavailable.
    """
    if not is_table(kind):
        raise HostUnavailable(reason="record-type-malformed")
    query = urlencode({"sysparm_fields": ",".join(["sys_id", *fields]), "sysparm_limit": "1", **_PLAIN}, safe=",")
    body = _json(_send(call, connection, token, "GET", f"{TABLES}/{kind}?{query}"))
    rows = body.get("result") if isinstance(body, dict) else None
    row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else None
    missing = "is not there, or is hidden from the integration identity"
    gone = {name for name in fields if row is not None and name not in row}
    return [FieldFinding(name, missing if name in gone else "", sure=name in gone) for name in fields]


WRITES = Writes(read, write, check)


def _row(record: Record, names: Sequence[str]) -> str:
    query = urlencode({"sysparm_fields": ",".join(names), **_PLAIN}, safe=",")
    return f"{TABLES}/{record.type}/{record.id}?{query}"  # all checked: nothing in them can leave its place


def _written(value: Any) -> str:
    """All values are texts there, times in UTC and in a way of their own."""
    if value is None:
        return ""
    try:
        at = datetime.fromisoformat(str(value)) if "T" in str(value) else None
    except ValueError:
        at = None
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at is not None and at.tzinfo else str(value)


def _send(call: Call, connection: ConnectionSettings, token: str, method: str, path: str, body: Any = None) -> Response:
    """One call. An answer about the record comes back (2xx, 404); a no is raised, as is all else."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    url = connection.host_url.rstrip("/") + path
    try:
        response = call(Request(method=method, url=url, headers=headers, json=body))
    except OutboundError as error:
        raise HostUnavailable(reason=f"host-{error.code}") from error
    if response.status == 401:
        raise SessionExpired(reason="host-token-dead")
    if response.status == 429 or response.status >= 500:
        wait = retry_after_s(response, time.time())
        raise HostUnavailable(reason=f"host-status-{response.status}", retry_after_s=wait)
    if response.ok or (response.status == 404 and method == "GET"):
        return response
    words = _words(response)
    if response.status == 404:
        raise WriteRefused("gone", words)
    if response.status == 403:  # access controls, business rules and data policies all say so
        ruled = any(each in words.lower() for each in ("business rule", "data policy", "aborted"))
        raise WriteRefused("rule" if ruled else "permission", words)
    raise WriteRefused("other", words)


def _words(response: Response) -> str:
    try:
        body = response.json()
    except AnswerRefused:
        return f"HTTP {response.status}"
    error = body.get("error") if isinstance(body, dict) else None
    told = [str(error.get(each) or "") for each in ("message", "detail")] if isinstance(error, dict) else []
    return " ".join(each for each in told if each) or f"HTTP {response.status}"


def _result(response: Response) -> Mapping[str, Any]:
    body = _json(response)
    row = body.get("result") if isinstance(body, dict) else None
    if not isinstance(row, dict):
        raise HostUnavailable(reason="host-answer-shape")
    return row


def _json(response: Response) -> Any:
    try:
        return response.json()
    except AnswerRefused as error:
        raise HostUnavailable(reason="host-answer-shape") from error
