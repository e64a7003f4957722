"""Salesforce's REST API, one stanza a call: may this viewer see these records, and what is in them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired
from app.hosts._host import Call
from app.hosts.salesforce.ids import is_id, is_name
from app.launch import Access, Record
from app.net.door import Request, Response
from app.net.retry import retry_after_s

ROOT = "/services/data/v68.0"
MAX_URL = 8_000  # half of what the API takes; a proxy between may take less
MAX_PAGES = 5
NAME = "Name"  # what most objects call their records by; where there is none, or the viewer may not see it: none
MAX_NAME = 200
MAX_LISTED = 200  # as many as are read and scored at once
_NO = Access(allowed=False)
# Refusals that say nothing about the record: no calls left, or an API that is switched off.
_NOT_THE_RECORD = frozenset({"REQUEST_LIMIT_EXCEEDED", "API_CURRENTLY_DISABLED", "API_DISABLED_FOR_ORG"})
_NO_SUCH_FIELD = re.compile(r"No such column '(\w{1,80})'", re.ASCII)
_NEXT_PAGE = re.compile(r"/services/data/v\d+\.\d/query/[\w-]+", re.ASCII)


def check_access(
    call: Call,
    connection: ConnectionSettings,
    host_url: str,
    host_token: str,
    records: Sequence[Record],
    fields: Sequence[str],
) -> dict[Record, Access]:
    """Ask with the viewer's token; it obeys sharing, field-level security and restriction rules.

    Raises SessionExpired, HostUnavailable.
    """
    if connection.host_url and host_url.rstrip("/") != connection.host_url.rstrip("/"):
        raise SessionExpired(reason="host-url-changed")  # the token goes where the connection says, or nowhere
    api = _Api(call, host_url.rstrip("/"), host_token)
    names = [name for name in dict.fromkeys(fields) if is_name(name)]
    asked = list(dict.fromkeys([*names, NAME]))
    answers = dict.fromkeys(records, _NO)
    for kind, group in _by_type(records):
        for some in _chunks(group, len(_records_path(kind, (), asked))):
            for record, body in _get_records(api, kind, some, asked).items():
                answers[record] = _access(record, body, names)
    return answers


def read_records(
    call: Call, connection: ConnectionSettings, token: str, records: Sequence[Record], fields: Sequence[str]
) -> dict[Record, dict[str, Any]]:
    """Read fields with the integration identity's token; a record that is not there is left out."""
    api, names = _reading(call, connection, token, fields)
    found: dict[Record, dict[str, Any]] = {}
    for kind, group in _by_type(records):
        for some in _chunks(group, len(_query_path(kind, (), names))):
            by_id = {record.id[:15]: record for record in some}
            for row in _query(api, _query_path(kind, [record.id for record in some], names)):
                record = by_id.get(str(row.get("Id"))[:15])
                if record is not None:
                    found[record] = _values(row, fields)
    return found


def list_records(
    call: Call, connection: ConnectionSettings, token: str, kind: str, after: str, fields: Sequence[str]
) -> dict[Record, dict[str, Any]]:
    """The next 200 records by id, which the API sorts and compares. Raises HostUnavailable, SessionExpired."""
    api, names = _reading(call, connection, token, fields)
    if not is_name(kind) or (after and not is_id(after)):
        raise HostUnavailable(reason="list-place-malformed")
    where = f" WHERE Id > '{after}'" if after else ""
    # every part is a checked name or id
    query = f"SELECT {','.join(names)} FROM {kind}{where} ORDER BY Id LIMIT {MAX_LISTED}"  # noqa: S608
    rows = _query(api, f"{ROOT}/query?q={quote(query, safe=',()')}")
    found = {str(row.get("Id")): _values(row, fields) for row in rows}
    return {Record(kind, each): values for each, values in found.items() if is_id(each)}


def _reading(call: Call, connection: ConnectionSettings, token: str, fields: Sequence[str]) -> tuple[_Api, list[str]]:
    """The API with the integration identity's token, and the names to ask for. Raises HostUnavailable."""
    if not connection.host_url:
        raise HostUnavailable(reason="host-url-unset")
    for name in fields:
        if not is_name(name):
            raise HostUnavailable(reason=f"field-unknown:{name[:80]}")
    return _Api(call, connection.host_url.rstrip("/"), token), list(dict.fromkeys(["Id", *fields]))


def _get_records(api: _Api, kind: str, records: Sequence[Record], names: Sequence[str]) -> dict[Record, Any]:
    """Get those records that the viewer may see; of optional fields the invisible ones are left out.

    https://developer.salesforce.com/docs/atlas.en-us.uiapi.meta/uiapi/ui_api_resources_record_get.htm
    https://developer.salesforce.com/docs/atlas.en-us.uiapi.meta/uiapi/ui_api_resources_record_get_batch.htm
    """
    response = api.get(_records_path(kind, [record.id for record in records], names))
    if not response.ok:
        return {}
    body = _json(response)
    if len(records) == 1:
        return {records[0]: body}
    results = body.get("results") if isinstance(body, dict) else None
    if not isinstance(results, list) or len(results) != len(records):
        raise HostUnavailable(reason="host-answer-shape")
    seen = {}
    for record, part in zip(records, results, strict=True):
        status, result = (part.get("statusCode"), part.get("result")) if isinstance(part, dict) else (0, None)
        if status == 200:
            seen[record] = result
        elif status not in {403, 404} or _codes(result) & _NOT_THE_RECORD:
            raise HostUnavailable(reason=f"host-status-{status if isinstance(status, int) else 0}")
    return seen


def _records_path(kind: str, ids: Sequence[str], names: Sequence[str]) -> str:
    which = ids[0] if len(ids) == 1 else f"batch/{','.join(ids)}"
    query = {"fields": f"{kind}.Id"}
    if names:
        query["optionalFields"] = ",".join(f"{kind}.{name}" for name in names)
    return f"{ROOT}/ui-api/records/{which}?{urlencode(query, safe=',')}"


def _access(record: Record, body: Any, names: Sequence[str]) -> Access:
    """A yes is a yes only about this very record of this very type."""
    if not isinstance(body, dict) or body.get("apiName") != record.type:
        return _NO
    found, shown = body.get("id"), body.get("fields")
    if found != record.id:  # the host writes all ids in one way; in another one it would be a second record to us
        return _NO
    seen = {name.lower(): each for name, each in shown.items()} if isinstance(shown, dict) else {}
    visible = frozenset(name for name in names if name.lower() in seen)
    return Access(allowed=True, visible_fields=visible, name=_value(seen.get(NAME.lower())))


def _value(field: Any) -> str:
    value = field.get("value") if isinstance(field, dict) else None
    return value[:MAX_NAME] if isinstance(value, str) else ""


def _query(api: _Api, path: Any) -> Iterator[Mapping[str, Any]]:
    """The rows of a query. A page holds 200 rows or more; wide rows may still need a second one.

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
    """
    for _ in range(MAX_PAGES):
        response = api.get(path)
        if not response.ok:  # of a query, these are about the identity's rights
            raise HostUnavailable(reason=f"host-status-{response.status}")
        body = _json(response)
        rows = body.get("records") if isinstance(body, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise HostUnavailable(reason="host-answer-shape")
        yield from rows
        path = body.get("nextRecordsUrl")
        if body.get("done", True):
            return
        if not isinstance(path, str) or not _NEXT_PAGE.fullmatch(path):
            raise HostUnavailable(reason="host-answer-shape")  # the token follows no other address


def _query_path(kind: str, ids: Sequence[str], names: Sequence[str]) -> str:
    quoted = ",".join(f"'{each}'" for each in ids)
    # every part is a checked name or id: nothing in here can leave its quotes
    query = f"SELECT {','.join(names)} FROM {kind} WHERE Id IN ({quoted})"  # noqa: S608
    return f"{ROOT}/query?q={quote(query, safe=',()')}"


def _values(row: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The asked fields as they were asked (the API answers in its own case); single values only."""
    given = {name.lower(): value for name, value in row.items() if not isinstance(value, dict | list)}
    return {name: given[name.lower()] for name in fields if name.lower() in given}


def _by_type(records: Sequence[Record]) -> Iterator[tuple[str, list[Record]]]:
    """Records by type. One whose name the API could not have written is as good as not there."""
    sound = {record for record in records if is_name(record.type) and is_id(record.id)}
    for kind, group in groupby(sorted(sound, key=str), key=lambda record: record.type):
        yield kind, list(group)


def _chunks(records: Sequence[Record], path_length: int) -> Iterator[Sequence[Record]]:
    """As many records in each call as its URL has room for, 200 at most."""
    size = max(1, min(200, (MAX_URL - path_length) // 25))  # an id of 18, its quotes as %27, a comma
    for start in range(0, len(records), size):
        yield records[start : start + size]


@dataclass(frozen=True, slots=True)
class _Api:
    call: Call
    base: str
    token: str = field(repr=False)

    def get(self, path: str) -> Response:
        """Make one call. An answer about the question comes back (2xx, 403, 404); all else is raised.

        https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
        """
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        try:
            response = self.call(Request(method="GET", url=self.base + path, headers=headers))
        except OutboundError as error:
            raise HostUnavailable(reason=f"host-{error.code}") from error
        if response.status == 401:
            raise SessionExpired(reason="host-token-dead")
        if response.ok:
            return response
        codes = _codes(_error_body(response))
        if response.status in {403, 404} and not codes & _NOT_THE_RECORD:
            return response
        wait = retry_after_s(response, time.time())
        raise HostUnavailable(reason=_reason(response, codes), retry_after_s=wait)


def _reason(response: Response, codes: frozenset[str]) -> str:
    """What the admin reads; a field that the org lacks, or hides from the identity, by its name."""
    if "INVALID_FIELD" in codes:
        missing = _NO_SUCH_FIELD.search(response.body.decode(errors="replace"))
        return f"field-unknown:{missing[1]}" if missing else "field-unknown"
    limited = sorted(codes & _NOT_THE_RECORD)
    return f"host-refused:{limited[0]}" if limited else f"host-status-{response.status}"


def _codes(body: Any) -> frozenset[str]:
    items = body if isinstance(body, list) else [body]
    return frozenset(str(item.get("errorCode")) for item in items if isinstance(item, dict))


def _error_body(response: Response) -> Any:
    try:
        return response.json()
    except AnswerRefused:
        return None  # an error page of something in between


def _json(response: Response) -> Any:
    try:
        return response.json()
    except AnswerRefused as error:
        raise HostUnavailable(reason="host-answer-shape") from error
