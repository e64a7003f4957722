"""A directory and the API behind it, as one small thing that answers: exchanges tokens, knows who may open what."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.net.door import Request, Response
from tests.net.server import answer, serving


@dataclass
class Directory:
    """Tests change it as they like."""

    url: str = "https://graph.example"
    documents: set[str] = field(default_factory=set)  # drive:item
    blind: set[str] = field(default_factory=set)  # object ids of viewers who may open nothing
    dead: set[str] = field(default_factory=set)  # tokens of the API that it takes no more
    challenge: str = ""  # said with a 401
    refusal: tuple[int, Any] | None = None  # the token endpoint's answer instead of a token
    throttled: dict[str, str] = field(default_factory=dict)  # drive:item, or "all" -> Retry-After
    calls: list[str] = field(default_factory=list)  # kinds of calls, in order
    forms: list[dict[str, str]] = field(default_factory=list)  # what the token endpoint was sent

    def call(self, request: Request) -> Response:
        """The same behind a door without sockets."""
        url = urlsplit(request.url)
        token = request.headers.get("Authorization", "").partition(" ")[2]
        status, headers, body = self.answer(f"{url.path}?{url.query}", token, request.content()[0] or b"")
        return Response(status=status, headers=headers, body=json.dumps(body).encode())

    def answer(self, path: str, token: str, body: bytes) -> tuple[int, dict[str, str], Any]:
        if "/oauth2/v2.0/token" in path:
            self.calls.append("exchange")
            return self.exchange({name: values[0] for name, values in parse_qs(body.decode()).items()})
        self.calls.append("batch" if path.startswith("/v1.0/$batch") else "item")
        if token in self.dead:
            return 401, {"WWW-Authenticate": self.challenge}, {"error": {"code": "InvalidAuthenticationToken"}}
        if "all" in self.throttled:
            return 429, {"Retry-After": self.throttled["all"]}, {"error": {"code": "activityLimitReached"}}
        if not path.startswith("/v1.0/$batch"):
            return self.item(path.removeprefix("/v1.0"), token)
        parts = []
        for each in json.loads(body)["requests"]:
            status, headers, said = self.item(each["url"], token)
            parts.append({"id": each["id"], "status": status, "headers": headers, "body": said})
        return 200, {}, {"responses": parts[::-1]}  # in another order than asked

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        self.forms.append(form)
        if self.refusal is not None:
            return self.refusal[0], {}, self.refusal[1]
        payload = form["assertion"].split(".")[1]
        oid = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["oid"]
        # a number, so that a new exchange is seen to be one
        token = f"api-{oid}-{len(self.forms)}"
        return 200, {}, {"access_token": token, "token_type": "Bearer", "expires_in": 3599, "scope": form["scope"]}

    def item(self, path: str, token: str) -> tuple[int, dict[str, str], Any]:
        _, _, drive, _, item = path.partition("?")[0].split("/")
        name = f"{drive}:{item}"
        if name in self.throttled:
            return 429, {"Retry-After": self.throttled[name]}, {}
        if any(oid in token for oid in self.blind):
            return 403, {}, {"error": {"code": "accessDenied"}}
        if name not in self.documents:
            return 404, {}, {"error": {"code": "itemNotFound"}}
        return 200, {}, {"id": item, "parentReference": {"driveId": drive, "id": "root"}}


@contextmanager
def directory(*documents: str) -> Iterator[Directory]:
    """One behind a real socket."""
    known = Directory(documents={each.partition("/")[2] for each in documents})
    with serve(known):
        yield known


@contextmanager
def serve(known: Directory) -> Iterator[None]:
    """Put it behind a real socket. A body of bytes is answered as it is."""
    with serving() as site:

        def everything(handler: BaseHTTPRequestHandler) -> None:
            token = (handler.headers.get("Authorization") or "").partition(" ")[2]
            status, headers, body = known.answer(handler.path, token, site.seen[-1].body)
            named = {name.replace("-", "_"): value for name, value in headers.items()}
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            answer(handler, status, sent, Content_Type="application/json", **named)

        class Routes(dict[str, Any]):
            def get(self, *_: Any) -> Any:
                return everything

        site.routes, known.url = Routes(), site.url
        yield
