"""Writing to Salesforce's records: some fields by PATCH, only if nobody has changed the record since it was read.

The lock is `If-Unmodified-Since`, the one conditional header that all records know (entity tags: accounts only). It
names whole seconds. So what is written names the second before the read, by the host's own clock, and a record that was
changed since then is left alone until it has been quiet for that long: no change can hide in a second.
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_conditional_requests.htm
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve_patch.htm
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired
from app.hosts._write import Call, Changed, Current, FieldFinding, Why, WriteRefused, Writes
from app.hosts.salesforce.api import ROOT
from app.hosts.salesforce.ids import is_id, is_name, same_id
from app.launch import Record
from app.net.door import Request, Response
from app.net.retry import retry_after_s

QUIET_S = 2.0  # how long a record must not have changed
# https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
_WHY: Mapping[str, Why] = {
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "rule",
    "FIELD_FILTER_VALIDATION_EXCEPTION": "rule",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "rule",  # a trigger of the customer's said no
    "CANNOT_EXECUTE_FLOW_TRIGGER": "rule",
    "DUPLICATES_DETECTED": "rule",
    "CANNOT_UPDATE_CONVERTED_LEAD": "rule",
    "INSUFFICIENT_ACCESS": "permission",
    "INSUFFICIENT_ACCESS_OR_READONLY": "permission",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "permission",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "permission",  # the field's security
    "INVALID_FIELD": "field",
    "STRING_TOO_LONG": "value",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "value",
    "NUMBER_OUTSIDE_VALID_RANGE": "value",
    "INVALID_TYPE_ON_FIELD_IN_RECORD": "value",
    "JSON_PARSER_ERROR": "value",
    "ENTITY_IS_LOCKED": "locked",  # by an approval process
    "ENTITY_IS_DELETED": "gone",
    "NOT_FOUND": "gone",
}
_FASTER = frozenset({"ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE", "UNABLE_TO_LOCK_ROW"})
_LIMITS = frozenset({"REQUEST_LIMIT_EXCEEDED", "API_CURRENTLY_DISABLED", "API_DISABLED_FOR_ORG", "SERVER_UNAVAILABLE"})


def read(
    call: Call, connection: ConnectionSettings, token: str, record: Record, fields: Sequence[str]
) -> Current | None:
    """The fields, and as version the time that a write has to name; empty while the record is not quiet.

    Raises WriteRefused for a name that is no field, or that the identity may not see; HostUnavailable.
    """
    if not is_name(record.type) or not is_id(record.id):
        return None
    if strange := [name for name in fields if not is_name(name)]:
        raise WriteRefused("field", f"No such column '{strange[0]}'", fields=strange)
    names = ",".join([*fields, "LastModifiedDate"])
    response = _send(call, connection, token, "GET", f"{_row(record)}?fields={quote(names, safe=',')}")
    if not response.ok:
        refusal = _refusal(response)
        if refusal.why == "gone":
            return None
        raise refusal
    body = _json(response)
    if not isinstance(body, dict) or not same_id(str(body.get("Id", record.id)), record.id):
        raise HostUnavailable(reason="host-answer-shape")
    given = {name.lower(): value for name, value in body.items()}
    return Current({name: given.get(name.lower()) for name in fields}, _version(response, body))


def write(
    call: Call,
    connection: ConnectionSettings,
    token: str,
    record: Record,
    values: Mapping[str, Any],
    version: str,
) -> None:
    """Put the values there, with the lock.

    Raises Changed when somebody was there since, or is about to be: an empty version; WriteRefused, HostUnavailable.
    """
    if not version:
        raise Changed(reason="record-not-quiet", retry_after_s=QUIET_S)
    response = _send(call, connection, token, "PATCH", _row(record), dict(values), {"If-Unmodified-Since": version})
    if not response.ok:
        raise _refusal(response)


def check(
    call: Call, connection: ConnectionSettings, token: str, kind: str, fields: Sequence[str]
) -> list[FieldFinding]:
    """What the integration identity may update, by its own description of the type.

    Raises HostUnavailable.

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
    """
    if not is_name(kind):
        raise HostUnavailable(reason="record-type-malformed")
    response = _send(call, connection, token, "GET", f"{ROOT}/sobjects/{kind}/describe")
    body = _json(response) if response.ok else None
    described = body.get("fields") if isinstance(body, dict) else None
    if not isinstance(described, list):
        raise HostUnavailable(reason=f"host-status-{response.status}")
    known = {str(each.get("name")).lower(): each for each in described if isinstance(each, dict)}
    return [FieldFinding(name, _problem(known.get(name.lower()))) for name in fields]


WRITES = Writes(read, write, check)


def _problem(field: Mapping[str, Any] | None) -> str:
    if field is None:
        return "is not there, or is hidden from the integration identity"
    return "" if field.get("updateable") is True else "may not be edited by the integration identity"


def _row(record: Record) -> str:
    return f"{ROOT}/sobjects/{record.type}/{record.id}"  # both are checked: nothing in them can leave its place


def _version(response: Response, body: Mapping[str, Any]) -> str:
    """The second before this answer, unless the record was changed since then."""
    try:
        before = parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC) - timedelta(seconds=1)
        changed = datetime.fromisoformat(str(body.get("LastModifiedDate")))
        quiet = changed.replace(tzinfo=changed.tzinfo or UTC, microsecond=0) < before
    except (TypeError, ValueError) as error:
        raise HostUnavailable(reason="host-answer-shape") from error
    return format_datetime(before, usegmt=True) if quiet else ""


def _send(
    call: Call,
    connection: ConnectionSettings,
    token: str,
    method: str,
    path: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One call. An answer about the question comes back (2xx, and a no); all else is raised."""
    named = {"Authorization": f"Bearer {token}", "Accept": "application/json", **(headers or {})}
    url = connection.host_url.rstrip("/") + path
    try:
        response = call(Request(method=method, url=url, headers=named, json=body))
    except OutboundError as error:
        raise HostUnavailable(reason=f"host-{error.code}") from error
    if response.status == 401:
        raise SessionExpired(reason="host-token-dead")
    codes = {code for code, _, _ in _errors(response)} if not response.ok else set()
    if response.status == 412 or codes & _FASTER:
        raise Changed(retry_after_s=0.0 if response.status == 412 else QUIET_S)
    if response.status == 429 or response.status >= 500 or codes & _LIMITS:
        reason = next(iter(sorted(codes & _LIMITS)), f"host-status-{response.status}")
        raise HostUnavailable(reason=reason, retry_after_s=retry_after_s(response, time.time()))
    return response


def _refusal(response: Response) -> WriteRefused:
    """The first error that we know by its code; else by the status. In the host's words."""
    errors = _errors(response)
    for code, words, fields in errors:
        if code in _WHY:
            return WriteRefused(_WHY[code], words, fields=fields)
    why: Why = "permission" if response.status == 403 else "gone" if response.status == 404 else "other"
    return WriteRefused(why, errors[0][1] if errors else f"HTTP {response.status}")


def _errors(response: Response) -> list[tuple[str, str, tuple[str, ...]]]:
    """Code, words and fields of each error of an answer that says no."""
    try:
        body = response.json()
    except AnswerRefused:
        return []  # a page of something in between
    found = []
    for item in body if isinstance(body, list) else [body]:
        if isinstance(item, dict):
            fields = item.get("fields")
            named = tuple(str(each) for each in fields) if isinstance(fields, list) else ()
            found.append((str(item.get("errorCode")), str(item.get("message", "")), named))
    return found


def _json(response: Response) -> Any:
    try:
        return response.json()
    except AnswerRefused as error:
        raise HostUnavailable(reason="host-answer-shape") from error
