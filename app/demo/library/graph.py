"""The library's API, as Microsoft Graph has it: items, their content, batches, what changed, subscriptions.

https://learn.microsoft.com/graph/api/overview, as far as a panel needs it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, g, jsonify, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from app.demo.library import items
from app.demo.library.desk import Desk
from app.demo.library.document import DRIVE
from app.demo.library.people import Person
from app.demo.library.rows import add_rows
from app.demo.library.tenant import TENANT, Bearer, RefusedError

ROOT = "/v1.0"
BATCH = 20


def blueprint(desk: Desk) -> Blueprint:
    """The directory's endpoints, the API, and the place where contents are downloaded."""
    graph = Blueprint("graph", __name__)
    _directory(graph, desk)
    _items(graph, desk)
    _changes(graph, desk)
    _subscriptions(graph, desk)
    add_rows(graph, desk)

    @graph.errorhandler(items.ApiError)
    def refused(error: items.ApiError) -> tuple[Response, int, dict[str, str]]:
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
            raise items.ApiError(429, "activityLimitReached", "Too many requests.", Retry_After=str(int(busy) + 1))
        bearer = desk.tenant.bearer(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if bearer is None:
            raise items.ApiError(401, "InvalidAuthenticationToken", "Access token is missing, wrong or expired.")
        g.bearer = bearer

    @graph.get(f"{ROOT}/<path:path>")
    def item(path: str) -> Response | Answer:
        query = {name: values[0] for name, values in parse_qs(request.query_string.decode()).items()}
        if path.endswith("/content"):
            return redirect(items.download_url(desk, items.found(desk, g.bearer, path.removesuffix("/content"))))
        return jsonify(items.item(desk, items.found(desk, g.bearer, path), query))

    @graph.post(f"{ROOT}/$batch")
    def batch() -> Response:
        asked = (request.get_json(silent=True) or {}).get("requests")
        if not isinstance(asked, list) or not 0 < len(asked) <= BATCH:
            raise items.ApiError(400, "BadRequest", f"A batch holds 1 to {BATCH} requests.")
        return jsonify(responses=[_part(desk, g.bearer, each) for each in asked])

    @graph.get("/_layouts/15/download.aspx")
    def download() -> Response:
        """Whoever has the address has the file, for some minutes; no token comes here."""
        document = desk.documents.get(request.args.get("UniqueId", ""))
        if (
            "Authorization" in request.headers
            or document is None
            or not items.opens(desk, document, request.args.to_dict())
        ):
            raise items.ApiError(401, "unauthenticated", "The address is over.")
        return Response(document.path.read_bytes(), mimetype="application/octet-stream")


def _part(desk: Desk, bearer: Bearer, asked: Mapping[str, Any]) -> dict[str, Any]:
    url = urlsplit(str(asked.get("url", "")))
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    try:
        status, body = 200, items.item(desk, items.found(desk, bearer, url.path.strip("/")), query)
    except items.ApiError as error:
        status, body = error.status, error.body
    return {"id": asked.get("id"), "status": status, "headers": {"Content-Type": "application/json"}, "body": body}


def _changes(graph: Blueprint, desk: Desk) -> None:
    @graph.get(f"{ROOT}/drives/{DRIVE}/root/delta")
    def delta() -> Response:
        """https://learn.microsoft.com/graph/api/driveitem-delta"""
        token = request.args.get("token", "")
        here = f"{desk.config.origin}{ROOT}/drives/{DRIVE}/root/delta"
        changed, newest = desk.documents.changes(_since(desk, token, here))
        value = [items.item(desk, each, {}) for each in changed if items.may_open(g.bearer, each)]
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
        raise items.ApiError(410, "resyncRequired", "Start again.", Location=here)
    return int(number)


def _subscriptions(graph: Blueprint, desk: Desk) -> None:
    """https://learn.microsoft.com/graph/api/resources/subscription"""

    @graph.post(f"{ROOT}/subscriptions")
    def create() -> tuple[Response, int]:
        _require_app()
        body = request.get_json(silent=True) or {}
        if body.get("resource", "").strip("/") != f"drives/{DRIVE}/root" or body.get("changeType") != "updated":
            raise items.ApiError(400, "InvalidRequest", "Only updates of the drive's root can be subscribed to.")
        try:
            return jsonify(desk.notifier.subscribe(body, secrets.token_hex(16))), 201
        except ValueError as error:
            raise items.ApiError(400, "ValidationError", str(error)) from error

    @graph.patch(f"{ROOT}/subscriptions/<key>")
    def renew(key: str) -> Response:
        _require_app()
        renewed = desk.notifier.renew(key, request.get_json(silent=True) or {})
        if renewed is None:
            raise items.ApiError(404, "ResourceNotFound", "The subscription is not there.")
        return jsonify(renewed)

    @graph.delete(f"{ROOT}/subscriptions/<key>")
    def end(key: str) -> Response:
        _require_app()
        desk.notifier.end(key)
        return Response(status=204)


def _require_app() -> None:
    person: Person | None = g.bearer.person
    if person is not None:
        raise items.ApiError(403, "accessDenied", "Ask with the app's own token.")
