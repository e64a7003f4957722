"""Dataverse's Web API: may this viewer see these rows, and what is in them. A record is written `lead/<id>`.

https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/overview
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired
from app.hosts._host import Call
from app.hosts.dynamics.ids import is_column, is_id, is_table, key, many
from app.launch import Access, Record
from app.net.door import Request, Response
from app.net.retry import retry_after_s

API = "/api/data/v9.2"
MOST = 100  # rows in one question: their ids must fit into an address
_NO = Access(allowed=False)


def check_access(
    call: Call,
    connection: ConnectionSettings,
    host_url: str,
    host_token: str,
    records: Sequence[Record],
    fields: Sequence[str],
) -> dict[Record, Access]:
    """Ask in the viewer's name: rows that their roles do not show are not in the answer, secured columns are null.

    An empty column is one that the viewer may not see, or one that says nothing: no answer tells which, so it is taken
    for hidden. Raises SessionExpired, HostUnavailable.
    """
    if host_url.rstrip("/") != connection.host_url.rstrip("/"):
        raise SessionExpired(reason="host-url-changed")  # the token goes where the connection says, or nowhere
    names = [name for name in dict.fromkeys(fields) if is_column(name)]
    answers = dict.fromkeys(records, _NO)
    for record, row in _rows(call, connection, host_token, records, names, forbidden_is_none=True):
        seen = frozenset(name for name in names if row.get(name) not in (None, ""))
        answers[record] = Access(allowed=True, visible_fields=seen)
    return answers


def read_records(
    call: Call, connection: ConnectionSettings, token: str, records: Sequence[Record], fields: Sequence[str]
) -> dict[Record, dict[str, Any]]:
    """Read columns as the app itself; a row that is not there is left out, and an empty column.

    Raises HostUnavailable, also for a name that is no column; SessionExpired.
    """
    for name in fields:
        if not is_column(name):
            raise HostUnavailable(reason=f"field-unknown:{name[:80]}")
    names = list(dict.fromkeys(fields))
    return {
        record: {name: row[name] for name in names if _is_value(row.get(name))}
        for record, row in _rows(call, connection, token, records, names, forbidden_is_none=False)
    }


def _is_value(value: Any) -> bool:
    return isinstance(value, str | int | float) and value != ""


def _rows(
    call: Call,
    connection: ConnectionSettings,
    token: str,
    records: Sequence[Record],
    names: Sequence[str],
    *,
    forbidden_is_none: bool,
) -> Iterator[tuple[Record, Mapping[str, Any]]]:
    sound = sorted({each for each in records if is_table(each.type) and is_id(each.id)}, key=str)
    for table, group in groupby(sound, key=lambda record: record.type):
        named = list(group)
        for start in range(0, len(named), MOST):
            some = {each.id: each for each in named[start : start + MOST]}
            response = get(call, f"{connection.host_url.rstrip('/')}{_path(table, list(some), names)}", token)
            if response.status == 403 and not forbidden_is_none:  # about the app's rights
                raise HostUnavailable(reason="host-status-403")
            for row in _listed(response) if response.ok else ():
                record = some.get(str(row.get(key(table))).lower())
                if record is not None:
                    yield record, row


def _path(table: str, ids: Sequence[str], names: Sequence[str]) -> str:
    # every part is a checked name or id: nothing in here can begin another condition
    values = ",".join(f"'{each}'" for each in ids)
    only = f"Microsoft.Dynamics.CRM.In(PropertyName='{key(table)}',PropertyValues=[{values}])"
    columns = ",".join(dict.fromkeys((key(table), *names)))
    return f"{API}/{many(table)}?$select={columns}&$filter={quote(only, safe='(),=')}"


def get(call: Call, url: str, token: str) -> Response:
    """An answer about the question comes back (2xx, 403, 404); all else is raised.

    Raises SessionExpired when the token is dead, HostUnavailable.
    """
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "OData-MaxVersion": "4.0",
        "OData-Version": "4.0",
    }
    try:
        response = call(Request(method="GET", url=url, headers=headers))
    except OutboundError as error:
        raise HostUnavailable(reason=f"host-{error.code}") from error
    if response.status == 401:
        raise SessionExpired(reason="host-token-dead")
    if response.ok or response.status in (403, 404):
        return response
    wait = retry_after_s(response, time.time())
    raise HostUnavailable(reason=f"host-status-{response.status}", retry_after_s=wait)


def _listed(response: Response) -> list[Mapping[str, Any]]:
    try:
        body = response.json()
    except AnswerRefused as error:
        raise HostUnavailable(reason="host-answer-shape") from error
    rows = body.get("value") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise HostUnavailable(reason="host-answer-shape")
    return rows
