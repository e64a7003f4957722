"""Zendesk's API: may this viewer see these records, and what is in them. A record is written `ticket/<number>`.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#show-multiple-tickets
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired
from app.hosts._host import Call
from app.hosts._once import is_held, open_records
from app.hosts.zendesk.ids import KINDS, custom_id, is_field, is_id
from app.launch import Access, Record
from app.net.door import Request, Response
from app.net.retry import retry_after_s

MOST = 100  # ids in one question
_NO = Access(allowed=False)


def check_access(
    call: Call,
    connection: ConnectionSettings,
    host_url: str,
    host_token: str,
    records: Sequence[Record],
    fields: Sequence[str],
) -> dict[Record, Access]:
    """Ask with the viewer's token, where they signed in: what they may not see is not in the answer.

    Who came by a launch alone has no token: then the connection says whether its records are open to all. Raises
    SessionExpired, HostUnavailable.
    """
    if is_held(host_token):
        return open_records(call, connection, host_url, host_token, records, fields)
    if host_url.rstrip("/") != connection.host_url.rstrip("/"):
        raise SessionExpired(reason="host-url-changed")  # the token goes where the connection says, or nowhere
    answers = dict.fromkeys(records, _NO)
    for record, row in _rows(call, connection, host_token, records, forbidden_is_none=True):
        seen = frozenset(name for name in fields if _value(row, name) not in (None, ""))
        answers[record] = Access(allowed=True, visible_fields=seen)
    return answers


def read_records(
    call: Call, connection: ConnectionSettings, token: str, records: Sequence[Record], fields: Sequence[str]
) -> dict[Record, dict[str, Any]]:
    """Read fields with the integration identity's token; a record that is not there is left out, and an empty field.

    Raises HostUnavailable, also for a name that is no field; SessionExpired.
    """
    for name in fields:
        if not is_field(name):
            raise HostUnavailable(reason=f"field-unknown:{name[:80]}")
    return {
        record: {name: value for name in fields if (value := _value(row, name)) not in (None, "")}
        for record, row in _rows(call, connection, token, records, forbidden_is_none=False)
    }


def _rows(
    call: Call, connection: ConnectionSettings, token: str, records: Sequence[Record], *, forbidden_is_none: bool
) -> Iterator[tuple[Record, Mapping[str, Any]]]:
    sound = sorted({each for each in records if each.type in KINDS and is_id(each.id)}, key=str)
    for kind, group in groupby(sound, key=lambda record: record.type):
        named = list(group)
        for start in range(0, len(named), MOST):
            some = {each.id: each for each in named[start : start + MOST]}
            url = f"{connection.host_url.rstrip('/')}/api/v2/{KINDS[kind]}/show_many.json?ids={','.join(some)}"
            response = _get(call, url, token)
            if response.status == 403 and not forbidden_is_none:  # about the identity's rights
                raise HostUnavailable(reason="host-status-403")
            for row in _listed(response, KINDS[kind]) if response.ok else ():
                record = some.get(str(row.get("id")))
                if record is not None:
                    yield record, row


def _value(row: Mapping[str, Any], name: str) -> Any:
    """One value of a row; what is a list or an object is none."""
    number = custom_id(name)
    if number is not None:
        own = [each for each in row.get("custom_fields") or () if isinstance(each, dict) and each.get("id") == number]
        found = own[0].get("value") if own else None
    else:
        found = row.get(name)
        if name not in row:
            extra = row.get("user_fields") or row.get("organization_fields")
            found = extra.get(name) if isinstance(extra, dict) else None
    return found if isinstance(found, str | int | float | bool) else None


def _get(call: Call, url: str, token: str) -> Response:
    """An answer about the question comes back (2xx, 403, 404); all else is raised."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
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


def _listed(response: Response, name: str) -> list[Mapping[str, Any]]:
    try:
        body = response.json()
    except AnswerRefused as error:
        raise HostUnavailable(reason="host-answer-shape") from error
    rows = body.get(name) if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise HostUnavailable(reason="host-answer-shape")
    return rows
