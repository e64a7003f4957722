"""Documents as Graph knows them: how a record names one, and whether a viewer may open it.

A document has three names here, each with the ids as Graph gives them:

    driveItem/<drive>:<item>                                the item of a drive
    listItem/<hostname>:<site>:<web>:<list>:<item>          the row of a library; a number, or the row's unique id
    share/u!<address>                                       an address or a sharing link, in base64url

A site's id is written with commas there and with colons here, since a record's id holds none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.config import ConnectionSettings
from app.hosts._graph import BATCH, Api, Question, json_of
from app.hosts._host import Call
from app.launch import Access, Record
from app.net.door import Response

ITEM = "driveItem"
_NO = Access(allowed=False)
# No dot and no slash but in a host's name: an id cannot leave its place in the path.
_DRIVE_ITEM = re.compile(r"([A-Za-z0-9_!-]{1,128}):([A-Za-z0-9_!-]{1,120})")
_GUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_LIST_ITEM = re.compile(rf"((?!\.)[A-Za-z0-9.-]{{1,80}}(?<!\.)):({_GUID}):({_GUID}):({_GUID}):(\d{{1,10}}|{_GUID})")
_SHARE = re.compile(r"u![A-Za-z0-9_-]{1,250}")
# A link works for this call; it is not redeemed for good.
_SHARED = {"Prefer": "redeemSharingLinkIfNecessary"}


@dataclass(frozen=True, slots=True)
class Named:
    """Where a document is asked for, and whether an answer is about it."""

    path: str
    is_this: Callable[[Mapping[str, Any]], bool]
    headers: Mapping[str, str]

    def question(self, select: str) -> Question:
        """What to ask Graph of it: these members (`$select`), and the ids by which it is known again."""
        return Question(f"{self.path}?$select={select},sharepointIds", self.headers)


def named(record: Record) -> Named | None:
    """How this record is asked for; None when it names no document.

    https://learn.microsoft.com/graph/api/driveitem-get
    https://learn.microsoft.com/graph/api/shares-get
    """
    if record.type == ITEM and (match := _DRIVE_ITEM.fullmatch(record.id)):
        drive, item = match.groups()
        return Named(f"/drives/{drive}/items/{item}", lambda body: item_of(body) == (drive, item), {})
    if record.type == "listItem" and (match := _LIST_ITEM.fullmatch(record.id)):
        host, site, web, rows, row = match.groups()
        path = f"/sites/{host},{site},{web}/lists/{rows}/items/{row}/driveItem"
        return Named(path, lambda body: _is_row(body, (site, web, rows), row), {})
    if record.type == "share" and _SHARE.fullmatch(record.id):
        return Named(f"/shares/{record.id}/driveItem", lambda body: item_of(body) is not None, _SHARED)
    return None


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
    """
    api = Api.open(call, connection, host_url, host_token)
    yes = Access(allowed=True, visible_fields=frozenset(fields))
    answers = dict.fromkeys(records, _NO)
    found = {record: name for record in records if (name := named(record))}
    for some in chunks(list(found)):
        questions = {each: found[each].question("id,parentReference") for each in some}
        for record, response in api.ask(questions).items():
            answers[record] = yes if body_of(response, found[record]) else _NO
    return answers


def body_of(response: Response, name: Named) -> Mapping[str, Any] | None:
    """A yes is a yes only about this very document: its body, else None."""
    body = json_of(response) if response.status == 200 else None
    return body if isinstance(body, dict) and item_of(body) and name.is_this(body) else None


def item_of(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """Drive and item that a body is about, where both are ids."""
    parent, item = body.get("parentReference"), body.get("id")
    drive = parent.get("driveId") if isinstance(parent, dict) else None
    return (drive, item) if isinstance(drive, str) and _DRIVE_ITEM.fullmatch(f"{drive}:{item}") else None  # type: ignore[return-value]


def _is_row(body: Mapping[str, Any], where: tuple[str, str, str], row: str) -> bool:
    ids = body.get("sharepointIds")
    if not isinstance(ids, dict):
        return False
    said = [str(ids.get(name)).lower() for name in ("siteId", "webId", "listId")]
    rows = {str(ids.get(name)).lower() for name in ("listItemId", "listItemUniqueId")}
    return said == [each.lower() for each in where] and row.lower() in rows


def chunks(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """As many as one call takes."""
    for start in range(0, len(records), BATCH):
        yield records[start : start + BATCH]
