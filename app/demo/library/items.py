"""Documents as the library's API writes them: found by their names, shown to whom they are shared with.

https://learn.microsoft.com/graph/api/resources/driveitem
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from app.demo.library.desk import Desk
from app.demo.library.document import DRIVE, LIST, SITE, WEB, Document
from app.demo.library.tenant import Bearer

_DOWNLOAD = "@microsoft.graph.downloadUrl"


class ApiError(Exception):
    """An answer that is no success, as the API writes it."""

    def __init__(self, status: int, code: str, words: str, **headers: str) -> None:
        super().__init__(words)
        self.status, self.headers = status, {name.replace("_", "-"): value for name, value in headers.items()}
        self.body = {"error": {"code": code, "message": words}}


def found(desk: Desk, bearer: Bearer, path: str) -> Document:
    """The document that a path leads to, if its caller may open it: else one answer for both."""
    document = _led_to(desk, path.split("/"))
    if document is None or not may_open(bearer, document):
        raise ApiError(404, "itemNotFound", "The resource could not be found.")
    return document


def _led_to(desk: Desk, parts: list[str]) -> Document | None:
    match parts:
        case ["drives", drive, "items", item] if drive == DRIVE:
            return desk.documents.get(item)
        case ["sites", site, "lists", rows, "items", row, "driveItem"] if site == site_id(desk) and rows == str(LIST):
            return desk.documents.get(row)
        case ["shares", share, "driveItem"]:
            return _shared(desk, share)
    return None


def _shared(desk: Desk, share: str) -> Document | None:
    """By an address of ours, or of a page of ours about it."""
    try:
        encoded = share.removeprefix("u!")
        url = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    if not url.startswith(f"{desk.config.origin}/document/"):
        return None
    return desk.documents.get(urlsplit(url).path.rsplit("/", 1)[1])


def may_open(bearer: Bearer, document: Document) -> bool:
    """A person what is shared with them; the app what its site was granted to it for."""
    if bearer.person is None:
        return "Sites.Selected" in bearer.roles
    return bearer.person.may_open(confidential=document.confidential)


def site_id(desk: Desk) -> str:
    """As Graph names a site: host name, site collection, web. https://learn.microsoft.com/graph/api/resources/site"""
    return f"{urlsplit(desk.config.origin).hostname},{SITE},{WEB}"


def item(desk: Desk, document: Document, query: Mapping[str, str]) -> dict[str, Any]:
    """A driveItem with the members that are asked for: https://learn.microsoft.com/graph/api/resources/driveitem"""
    whole = {
        "id": document.id,
        "name": document.name,
        "size": document.size,
        "eTag": document.etag,
        "cTag": document.ctag,
        "file": {"mimeType": document.media_type},
        "webUrl": f"{desk.config.origin}/document/{document.id}",
        "parentReference": {"driveId": DRIVE, "driveType": "documentLibrary", "id": "root", "siteId": site_id(desk)},
        "lastModifiedDateTime": document.modified_iso,
        "lastModifiedBy": {"user": {"displayName": document.by}},
        "sharepointIds": {
            "siteId": str(SITE),
            "siteUrl": desk.config.origin,
            "webId": str(WEB),
            "listId": str(LIST),
            "listItemId": str(document.row),
            "listItemUniqueId": str(document.unique),
        },
        _DOWNLOAD: download_url(desk, document),
    }
    wanted = query.get("$select", "").split(",") if query.get("$select") else None
    return {name: value for name, value in whole.items() if wanted is None or name in wanted}


def download_url(desk: Desk, document: Document) -> str:
    """Where its content lies for five minutes, for whoever has the address."""
    ends = int(time.time()) + 300
    return (
        f"{desk.config.origin}/_layouts/15/download.aspx?UniqueId={document.unique}&ends={ends}"
        f"&tempauth={_temporary(desk, document, ends)}"
    )


def _temporary(desk: Desk, document: Document, ends: int) -> str:
    return hmac.new(desk.download_key, f"{document.unique}.{ends}".encode(), "sha256").hexdigest()


def opens(desk: Desk, document: Document, query: Mapping[str, str]) -> bool:
    """Whether these words after the address were made by us for this document, and are not over."""
    ends = int(query.get("ends", "")) if query.get("ends", "").isdigit() else 0
    offered = query.get("tempauth", "")
    return ends > time.time() and hmac.compare_digest(offered.encode(), _temporary(desk, document, ends).encode())
