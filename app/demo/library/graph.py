"""The library's API, as Microsoft Graph has it: items, their content, batches, what changed, subscriptions.

https://learn.microsoft.com/graph/api/resources/driveitem and the pages beside it, as far as a panel needs them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, g, jsonify, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from app.demo.library.desk import Desk
from app.demo.library.people import Person
from app.demo.library.store import DRIVE, LIST, SITE, WEB, Document
from app.demo.library.tenant import TENANT, Bearer, RefusedError

ROOT = "/v1.0"
BATCH = 20
_DOWNLOAD = "@microsoft.graph.downloadUrl"


class ApiError(Exception):
    """An answer that is no success, as the API writes it."""

    def __init__(self, status: int, code: str, words: str, **headers: str) -> None:
        super().__init__(words)
        self.status, self.headers = status, {name.replace("_", "-"): value for name, value in headers.items()}
        self.body = {"error": {"code": code, "message": words}}


def blueprint(desk: Desk) -> Blueprint:
    """The directory's endpoints, the API, and the place where contents are downloaded."""
    graph = Blueprint("graph", __name__)
    _directory(graph, desk)
    _items(graph, desk)
    _changes(graph, desk)
    _subscriptions(graph, desk)

    @graph.errorhandler(ApiError)
    def refused(error: ApiError) -> tuple[Response, int, dict[str, str]]:
        return jsonify(error.body), error.status, error.headers

    return graph


def error_answer(error: HTTPException) -> tuple[Response, int]:
    """What the API says to an address that it does not know."""
    return jsonify(error={"code": "BadRequest", "message": error.description}), error.code or 500


def _directory(graph: Blueprint, desk: Desk) -> None:
    @graph.get("/common/v2.0/.well-known/openid-configuration")
    def discovery() -> Response:
        return jsonify(desk.tenant.discovery())

    @graph.get("/common/discovery/v2.0/keys")
    def keys() -> Response:
        return jsonify(desk.tenant.keys())

    @graph.post(f"/{TENANT}/oauth2/v2.0/token")
    def token() -> Response | tuple[Response, int]:
        try:
            return jsonify(desk.tenant.exchange(request.form.to_dict()))
        except RefusedError as error:
            return jsonify(error.body), error.status


def _items(graph: Blueprint, desk: Desk) -> None:
    @graph.before_request
    def caller() -> None:
        """Who asks; and nobody is answered while the API is told to be busy."""
        if not request.path.startswith(ROOT):
            return
        busy = desk.busy_for()
        if busy > 0:
            raise ApiError(429, "activityLimitReached", "Too many requests.", Retry_After=str(int(busy) + 1))
        bearer = desk.tenant.bearer(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if bearer is None:
            raise ApiError(401, "InvalidAuthenticationToken", "Access token is missing, wrong or expired.")
        g.bearer = bearer

    @graph.get(f"{ROOT}/<path:path>")
    def item(path: str) -> Response | Answer:
        query = {name: values[0] for name, values in parse_qs(request.query_string.decode()).items()}
        if path.endswith("/content"):
            return redirect(_download_url(desk, _found(desk, g.bearer, path.removesuffix("/content"))))
        return jsonify(_item(desk, _found(desk, g.bearer, path), query))

    @graph.post(f"{ROOT}/$batch")
    def batch() -> Response:
        asked = (request.get_json(silent=True) or {}).get("requests")
        if not isinstance(asked, list) or not 0 < len(asked) <= BATCH:
            raise ApiError(400, "BadRequest", f"A batch holds 1 to {BATCH} requests.")
        return jsonify(responses=[_part(desk, g.bearer, each) for each in asked])

    @graph.get("/_layouts/15/download.aspx")
    def download() -> Response:
        """Whoever has the address has the file, for some minutes; no token comes here."""
        document = desk.documents.get(request.args.get("UniqueId", ""))
        if "Authorization" in request.headers or document is None or not _opens(desk, document):
            raise ApiError(401, "unauthenticated", "The address is over.")
        return Response(document.path.read_bytes(), mimetype="application/octet-stream")


def _part(desk: Desk, bearer: Bearer, asked: Mapping[str, Any]) -> dict[str, Any]:
    url = urlsplit(str(asked.get("url", "")))
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    try:
        status, body = 200, _item(desk, _found(desk, bearer, url.path.strip("/")), query)
    except ApiError as error:
        status, body = error.status, error.body
    return {"id": asked.get("id"), "status": status, "headers": {"Content-Type": "application/json"}, "body": body}


def _found(desk: Desk, bearer: Bearer, path: str) -> Document:
    """The document that a path leads to, if its caller may open it: else one answer for both."""
    document = _led_to(desk, path.split("/"))
    if document is None or not _may_open(bearer, document):
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


def _may_open(bearer: Bearer, document: Document) -> bool:
    """A person what is shared with them; the app what its site was granted to it for."""
    if bearer.person is None:
        return "Sites.Selected" in bearer.roles
    return bearer.person.may_open(confidential=document.confidential)


def site_id(desk: Desk) -> str:
    return f"{urlsplit(desk.config.origin).hostname},{SITE},{WEB}"


def _item(desk: Desk, document: Document, query: Mapping[str, str]) -> dict[str, Any]:
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
            "webId": str(WEB),
            "listId": str(LIST),
            "listItemId": str(document.row),
            "listItemUniqueId": str(document.unique),
        },
        _DOWNLOAD: _download_url(desk, document),
    }
    wanted = query.get("$select", "").split(",") if query.get("$select") else None
    return {name: value for name, value in whole.items() if wanted is None or name in wanted}


def _download_url(desk: Desk, document: Document) -> str:
    ends = int(time.time()) + 300
    return (
        f"{desk.config.origin}/_layouts/15/download.aspx?UniqueId={document.unique}&ends={ends}"
        f"&tempauth={_temporary(desk, document, ends)}"
    )


def _temporary(desk: Desk, document: Document, ends: int) -> str:
    return hmac.new(desk.download_key, f"{document.unique}.{ends}".encode(), "sha256").hexdigest()


def _opens(desk: Desk, document: Document) -> bool:
    ends = request.args.get("ends", 0, type=int)
    offered = request.args.get("tempauth", "")
    return ends > time.time() and hmac.compare_digest(offered.encode(), _temporary(desk, document, ends).encode())


def _changes(graph: Blueprint, desk: Desk) -> None:
    @graph.get(f"{ROOT}/drives/{DRIVE}/root/delta")
    def delta() -> Response:
        """https://learn.microsoft.com/graph/api/driveitem-delta"""
        token = request.args.get("token", "")
        here = f"{desk.config.origin}{ROOT}/drives/{DRIVE}/root/delta"
        changed, newest = desk.documents.changes(_since(desk, token, here))
        value = [_item(desk, each, {}) for each in changed if _may_open(g.bearer, each)]
        root = {"id": "root", "root": {}, "folder": {"childCount": len(value)}}
        link = f"{here}?token={desk.documents.era}.{newest}"
        return jsonify({"value": [root, *value] if token != "latest" else [], "@odata.deltaLink": link})  # noqa: S105


def _since(desk: Desk, token: str, here: str) -> int:
    if token == "latest":  # noqa: S105 a word of the API's
        return desk.documents.changes(0)[1]
    if not token:
        return 0
    era, _, number = token.partition(".")
    if era != desk.documents.era or not number.isdigit():
        raise ApiError(410, "resyncRequired", "Start again.", Location=here)
    return int(number)


def _subscriptions(graph: Blueprint, desk: Desk) -> None:
    """https://learn.microsoft.com/graph/api/resources/subscription"""

    @graph.post(f"{ROOT}/subscriptions")
    def create() -> tuple[Response, int]:
        _require_app()
        body = request.get_json(silent=True) or {}
        if body.get("resource", "").strip("/") != f"drives/{DRIVE}/root" or body.get("changeType") != "updated":
            raise ApiError(400, "InvalidRequest", "Only updates of the drive's root can be subscribed to.")
        try:
            return jsonify(desk.notifier.subscribe(body, secrets.token_hex(16))), 201
        except ValueError as error:
            raise ApiError(400, "ValidationError", str(error)) from error

    @graph.patch(f"{ROOT}/subscriptions/<key>")
    def renew(key: str) -> Response:
        _require_app()
        renewed = desk.notifier.renew(key, request.get_json(silent=True) or {})
        if renewed is None:
            raise ApiError(404, "ResourceNotFound", "The subscription is not there.")
        return jsonify(renewed)

    @graph.delete(f"{ROOT}/subscriptions/<key>")
    def end(key: str) -> Response:
        _require_app()
        desk.notifier.end(key)
        return Response(status=204)


def _require_app() -> None:
    person: Person | None = g.bearer.person
    if person is not None:
        raise ApiError(403, "accessDenied", "Ask with the app's own token.")
