"""Reading a document by Graph: what is known of it, and its content."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from app.config import ConnectionSettings
from app.errors import AnswerTooLarge, Denied, DocumentRefused, DocumentTooLarge, HostUnavailable, OutboundError
from app.hosts._document import DocumentFacts, DocumentFile
from app.hosts._graph import AGENT, Api, base_url
from app.hosts._graph_items import ITEM, body_of, chunks, item_of, named
from app.hosts._host import Call
from app.launch import Record
from app.net.door import Request, Response
from app.net.retry import retry_after_s

FACTS = "id,name,size,eTag,cTag,file,webUrl,parentReference,lastModifiedDateTime,lastModifiedBy"
DOWNLOAD = "@microsoft.graph.downloadUrl"
DOWNLOAD_S = 60.0
_MAX_TEXT = 400


def document_facts(
    call: Call, connection: ConnectionSettings, host_url: str, token: str, records: Sequence[Record]
) -> dict[Record, DocumentFacts]:
    """What the library says of documents, asked with this token, up to 20 in a call.

    A folder has no facts, nor has what this token may not see. Raises SessionExpired, HostUnavailable (with how long
    to wait).

    https://learn.microsoft.com/graph/api/resources/driveitem
    """
    api = Api.open(call, connection, host_url, token)
    found = {record: name for record in records if (name := named(record))}
    facts = {}
    for some in chunks(list(found)):
        answers = api.ask({each: found[each].question(FACTS) for each in some})
        for record, response in answers.items():
            body = body_of(response, found[record])
            if body is not None and isinstance(body.get("file"), dict):
                facts[record] = _facts(body)
    return facts


def read_document(
    call: Call, connection: ConnectionSettings, host_url: str, token: str, record: Record, max_bytes: int
) -> DocumentFile:
    """A document with its content; raises as `document_facts` does, and DocumentTooLarge over `max_bytes`.

    The content lies at another origin, behind an address that is good for some minutes and for everybody: so it is
    called by itself, and the token does not go there. Raises HostUnavailable when there is no such address, or
    nothing comes from it.

    https://learn.microsoft.com/graph/api/driveitem-get-content
    """
    body = _get(Api.open(call, connection, host_url, token), record, f"{FACTS},{DOWNLOAD}")
    facts = _facts(body)
    if facts.size > max_bytes:
        raise _too_large(max_bytes)
    address = body.get(DOWNLOAD)
    if not isinstance(address, str) or not _may_follow(address, base_url(connection)):
        raise HostUnavailable(reason="host-download-missing")
    try:
        response = call(
            Request("GET", address, {"User-Agent": AGENT}, deadline_s=DOWNLOAD_S, max_bytes=max_bytes),
        )
    except AnswerTooLarge as error:  # whatever its facts said
        raise _too_large(max_bytes) from error
    except OutboundError as error:
        raise HostUnavailable(reason=f"host-download-{error.code}") from error
    return DocumentFile(facts, _content(response))


def _get(api: Api, record: Record, select: str) -> Mapping[str, Any]:
    name = named(record)
    body = body_of(api.get(name.question(select)), name) if name else None
    if body is None:
        raise Denied(reason="host-says-no")
    return body


def _facts(body: Mapping[str, Any]) -> DocumentFacts:
    file, drive_item, size = body.get("file"), item_of(body), body.get("size")
    if not isinstance(file, dict) or drive_item is None:  # a folder, a notebook
        raise DocumentRefused("This is not a document. Open one that lies in it.", reason="not-a-file")
    etag = _text(body.get("eTag")).strip('"')
    if not etag or not isinstance(size, int):
        raise HostUnavailable(reason="host-answer-shape")
    return DocumentFacts(
        record=Record(ITEM, ":".join(drive_item)),
        name=_text(body.get("name")),
        media_type=_text(file.get("mimeType")),
        etag=etag,
        version=_text(body.get("cTag")).strip('"') or etag,
        web_url=_page(body.get("webUrl")),
        size=size,
        modified_at=_text(body.get("lastModifiedDateTime")),
        modified_by=_person(body.get("lastModifiedBy")),
    )


def _person(said: Any) -> str:
    user = said.get("user") if isinstance(said, dict) else None
    return _text(user.get("displayName")) if isinstance(user, dict) else ""


def _text(value: Any) -> str:
    return value[:_MAX_TEXT] if isinstance(value, str) else ""


def _page(value: Any) -> str:
    """It becomes a link: nothing but a page's address may."""
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else ""


def _may_follow(address: str, api: str) -> bool:
    """What came over TLS must not lead to where anybody between could change it."""
    return urlsplit(address).scheme in {"https", urlsplit(api).scheme}


def _content(response: Response) -> bytes:
    if response.status == 200:
        return response.body
    wait = retry_after_s(response, time.time())
    raise HostUnavailable(reason=f"host-download-status-{response.status}", retry_after_s=wait)


def _too_large(max_bytes: int) -> DocumentTooLarge:
    limit = max_bytes // (1024 * 1024)
    return DocumentTooLarge(
        f"This document is over {limit} MB, which is the most that is read. Split it, or save it without pictures "
        "and attachments.",
        reason="file-size",
    )
