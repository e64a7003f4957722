"""ServiceNow's Table API: may this viewer see these records, and what is in them.

A record is written `<table>/<sys_id>`. https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired
from app.hosts._host import Call
from app.hosts.servicenow.ids import is_field, is_id, is_table
from app.launch import Access, Record
from app.net.door import Request, Response
from app.net.retry import retry_after_s

TABLES = "/api/now/table"
MAX_URL = 8_000  # 200 ids and their fields; a proxy between may take no more
_ID_LENGTH = 33  # and a comma
_NO = Access(allowed=False)


def check_access(
    call: Call,
    connection: ConnectionSettings,
    host_url: str,
    host_token: str,
    records: Sequence[Record],
    fields: Sequence[str],
) -> dict[Record, Access]:
    """Ask with the viewer's token: rows and fields that its access controls hide are not in the answer.

    An empty field is one that the viewer may not see, or one that says nothing: no answer tells which, so it is taken
    for hidden. Raises SessionExpired, HostUnavailable.
    """
    if host_url.rstrip("/") != connection.host_url.rstrip("/"):
        raise SessionExpired(reason="host-url-changed")  # the token goes where the connection says, or nowhere
    api = _Api(call, host_url.rstrip("/"), host_token)
    names = [name for name in dict.fromkeys(fields) if is_field(name)]
    answers = dict.fromkeys(records, _NO)
    for record, row in _rows(api, records, names, forbidden_is_none=True):
        seen = frozenset(name for name in names if row.get(name) not in (None, ""))
        answers[record] = Access(allowed=True, visible_fields=seen)
    return answers


def read_records(
    call: Call, connection: ConnectionSettings, token: str, records: Sequence[Record], fields: Sequence[str]
) -> dict[Record, dict[str, Any]]:
    """Read fields with the integration identity's token; a record that is not there is left out.

    All values are texts, as the API writes them; what is empty is left out. Raises HostUnavailable, also for a name
    that is no field; SessionExpired.
    """
    for name in fields:
        if not is_field(name):
            raise HostUnavailable(reason=f"field-unknown:{name[:80]}")
    api = _Api(call, connection.host_url.rstrip("/"), token)
    return {
        record: {name: row[name] for name in fields if isinstance(row.get(name), str) and row[name]}
        for record, row in _rows(api, records, list(dict.fromkeys(fields)), forbidden_is_none=False)
    }


def _rows(
    api: _Api, records: Sequence[Record], names: Sequence[str], *, forbidden_is_none: bool
) -> Iterator[tuple[Record, Mapping[str, Any]]]:
    """Those records that the token may read, in as few calls as their ids have room."""
    for table, group in _by_table(records):
        for some in _chunks(group, len(_path(table, (), names))):
            response = api.get(_path(table, [record.id for record in some], names))
            if response.status == 403 and not forbidden_is_none:  # about the identity's rights
                raise HostUnavailable(reason="host-status-403")
            by_id = {record.id: record for record in some}
            for row in _result(response) if response.ok else ():
                record = by_id.get(str(row.get("sys_id")))
                if record is not None:  # a condition that it does not know is left out there, and then all is found
                    yield record, row


def _path(table: str, ids: Sequence[str], names: Sequence[str]) -> str:
    # every part is a checked name or id: nothing in here can begin another condition
    query = {
        "sysparm_query": f"sys_idIN{','.join(ids)}",
        "sysparm_fields": ",".join(["sys_id", *names]),
        "sysparm_limit": str(max(1, len(ids))),
        "sysparm_display_value": "false",
        "sysparm_exclude_reference_link": "true",
    }
    return f"{TABLES}/{table}?{urlencode(query, safe=',')}"


def _by_table(records: Sequence[Record]) -> Iterator[tuple[str, list[Record]]]:
    """Records by table. One whose name the API could not have written is as good as not there."""
    sound = {record for record in records if is_table(record.type) and is_id(record.id)}
    for table, group in groupby(sorted(sound, key=str), key=lambda record: record.type):
        yield table, list(group)


def _chunks(records: Sequence[Record], path_length: int) -> Iterator[Sequence[Record]]:
    size = max(1, min(200, (MAX_URL - path_length) // _ID_LENGTH))
    for start in range(0, len(records), size):
        yield records[start : start + size]


def _result(response: Response) -> list[Mapping[str, Any]]:
    try:
        body = response.json()
    except AnswerRefused as error:
        raise HostUnavailable(reason="host-answer-shape") from error
    rows = body.get("result") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise HostUnavailable(reason="host-answer-shape")
    return rows


@dataclass(frozen=True, slots=True)
class _Api:
    call: Call
    base: str
    token: str = field(repr=False)

    def get(self, path: str) -> Response:
        """Make one call. An answer about the question comes back (2xx, 403); all else is raised."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        try:
            response = self.call(Request(method="GET", url=self.base + path, headers=headers))
        except OutboundError as error:
            raise HostUnavailable(reason=f"host-{error.code}") from error
        if response.status == 401:
            raise SessionExpired(reason="host-token-dead")
        if response.ok or response.status == 403:
            return response
        wait = retry_after_s(response, time.time())
        raise HostUnavailable(reason=f"host-status-{response.status}", retry_after_s=wait)
