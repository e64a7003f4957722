"""Writing to a document's columns: the fields of its row in the library, with the row's entity tag as lock.

The app's own token needs the role `write` on the library's site (Sites.Selected), and no more.
https://learn.microsoft.com/graph/api/listitem-update
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from app.config import ConnectionSettings
from app.errors import AnswerRefused, HostUnavailable
from app.hosts._graph import Api, json_of, sound
from app.hosts._graph_items import body_of, named
from app.hosts._write import Call, Changed, Current, FieldFinding, Why, WriteRefused, Writes
from app.launch import Record
from app.net.door import Response

OPEN_S = 60.0  # until a file that somebody has open is tried again
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HOST = re.compile(r"(?!\.)[A-Za-z0-9.-]{1,253}(?<!\.)")
_ROW = re.compile(r"\d{1,10}")


def read(
    call: Call, connection: ConnectionSettings, token: str, record: Record, fields: Sequence[str]
) -> Current | None:
    """The columns; the version is where the row is, and its entity tag.

    Raises WriteRefused when a name is no column of the library, HostUnavailable.
    """
    if strange := [name for name in fields if not _FIELD.fullmatch(name)]:
        raise WriteRefused("field", f"{strange[0]} is no column", fields=strange)
    api = Api.open(call, connection, "", token)
    row = _row(api, record)
    if row is None:
        return None
    response = api.send("GET", f"{row}?$expand=fields($select={','.join(fields)})")
    body = json_of(_taken(response)) if response.status != 404 else None
    if body is None:
        return None
    held, tag = (body.get("fields"), body.get("eTag")) if isinstance(body, dict) else (None, None)
    if not isinstance(held, dict) or not isinstance(tag, str) or "\n" in tag:
        raise HostUnavailable(reason="host-answer-shape")
    return Current({name: held.get(name) for name in fields}, f"{row}\n{tag}")


def write(
    call: Call,
    connection: ConnectionSettings,
    token: str,
    record: Record,  # noqa: ARG001 the version says where it is
    values: Mapping[str, Any],
    version: str,
) -> None:
    """Put the values there, if the row is still of this tag."""
    row, _, tag = version.partition("\n")
    api = Api.open(call, connection, "", token)
    _taken(api.send("PATCH", f"{row}/fields", dict(values), {"If-Match": tag}))


def check(
    call: Call,
    connection: ConnectionSettings,
    token: str,
    kind: str,  # noqa: ARG001 documents are of one kind
    fields: Sequence[str],
) -> list[FieldFinding]:
    """What the connection's libraries say of their columns; of others nothing is known before the first write.

    Raises HostUnavailable.
    """
    api, found = Api.open(call, connection, "", token), []
    for drive in connection.drives:
        response = sound(api.send("GET", f"/drives/{drive}/list/columns?$select=name,readOnly"))
        columns = json_of(response).get("value") if response.status == 200 else None
        if not isinstance(columns, list):
            raise HostUnavailable(reason=f"host-status-{response.status}")
        known = {str(each.get("name")): each for each in columns if isinstance(each, dict)}
        found += [FieldFinding(name, _problem(known.get(name), drive)) for name in fields]
    return found or [FieldFinding(name, sure=False) for name in fields]


WRITES = Writes(read, write, check)


def _problem(column: Mapping[str, Any] | None, drive: str) -> str:
    if column is None:
        return f"is no column of the library {drive} (name it as Graph does: its internal name)"
    return f"is read only in the library {drive}" if column.get("readOnly") is True else ""


def _row(api: Api, record: Record) -> str | None:
    """The path of a document's row, however the record names it; None where there is no such document."""
    name = named(record)
    if name is None:
        return None
    question = name.question("id,parentReference")
    body = body_of(_taken_or_none(api.send("GET", question.path, headers=question.headers)), name)
    if body is None:
        return None
    ids = body.get("sharepointIds")
    told = ids if isinstance(ids, dict) else {}
    host = urlsplit(str(told.get("siteUrl", ""))).hostname or ""
    site, web, rows, row = (str(told.get(each, "")) for each in ("siteId", "webId", "listId", "listItemId"))
    if not (_HOST.fullmatch(host) and all(map(_GUID.fullmatch, (site, web, rows))) and _ROW.fullmatch(row)):
        raise HostUnavailable(reason="host-answer-shape")
    return f"/sites/{host},{site},{web}/lists/{rows}/items/{row}"


def _taken_or_none(response: Response) -> Response:
    return response if response.status == 404 else _taken(response)


def _taken(response: Response) -> Response:
    """A yes. Raises Changed, WriteRefused, and as `sound` does."""
    if response.status == 412:
        raise Changed
    if response.status == 423:  # somebody has the file open
        raise Changed(reason="record-open", retry_after_s=OPEN_S)
    if response.status in {400, 403, 404, 409, 422}:
        words = _words(response)
        raise WriteRefused(_why(response.status, words.lower()), words)
    return sound(response)


def _why(status: int, words: str) -> Why:
    if status in {403, 404}:
        return "permission" if status == 403 else "gone"
    if "not recognized" in words:
        return "field"
    return "rule" if "validation" in words else "value" if status in {400, 422} else "other"


def _words(response: Response) -> str:
    try:
        body = response.json()
    except AnswerRefused:
        return f"HTTP {response.status}"
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("message") or f"HTTP {response.status}") if isinstance(error, dict) else ""
