"""HubSpot's CRM API: what is in the records, by the app's own token. A record is written `contacts/<number>`.

https://developers.hubspot.com/docs/api-reference/crm-objects-v3/guide
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired
from app.hosts._host import Call
from app.launch import Record
from app.net.door import Request
from app.net.retry import retry_after_s

API = "https://api.hubapi.com"
MOST = 100  # records in one question
_KIND = re.compile(r"(?:contacts|companies|deals|tickets|leads|2-[0-9]{1,20}|p_[a-z0-9_]{1,60})")
_ID = re.compile(r"[1-9][0-9]{0,19}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,99}")


def read_records(
    call: Call, connection: ConnectionSettings, token: str, records: Sequence[Record], fields: Sequence[str]
) -> dict[Record, dict[str, Any]]:
    """Read fields (properties); a record that is not there is left out, and an empty field. All values are texts.

    Raises HostUnavailable, also for a name that is no property; SessionExpired.
    """
    for name in fields:
        if not _FIELD.fullmatch(name):
            raise HostUnavailable(reason=f"field-unknown:{name[:80]}")
    found: dict[Record, dict[str, Any]] = {}
    sound = sorted({each for each in records if _KIND.fullmatch(each.type) and _ID.fullmatch(each.id)}, key=str)
    for kind, group in groupby(sound, key=lambda record: record.type):
        named = list(group)
        for start in range(0, len(named), MOST):
            some = {each.id: each for each in named[start : start + MOST]}
            for row in _asked(call, connection, token, kind, some, fields):
                record, values = some.get(str(row.get("id"))), row.get("properties")
                if record is not None and isinstance(values, dict):
                    found[record] = {name: values[name] for name in fields if _is_value(values.get(name))}
    return found


def _is_value(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _asked(
    call: Call, connection: ConnectionSettings, token: str, kind: str, ids: Sequence[str] | dict[str, Record],
    fields: Sequence[str],
) -> list[dict[str, Any]]:  # fmt: skip
    url = f"{(connection.host_url or API).rstrip('/')}/crm/v3/objects/{kind}/batch/read"
    asked = {"properties": list(fields), "inputs": [{"id": each} for each in ids]}
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        response = call(Request(method="POST", url=url, headers=headers, json=asked))
    except OutboundError as error:
        raise HostUnavailable(reason=f"host-{error.code}") from error
    if response.status == 401:
        raise SessionExpired(reason="host-token-dead")
    if not response.ok:  # 207 is a yes too: some are found, and some are not
        wait = retry_after_s(response, time.time())
        raise HostUnavailable(reason=f"host-status-{response.status}", retry_after_s=wait)
    try:
        body = response.json()
    except AnswerRefused as error:
        raise HostUnavailable(reason="host-answer-shape") from error
    rows = body.get("results") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise HostUnavailable(reason="host-answer-shape")
    return rows
