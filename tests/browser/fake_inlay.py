"""A small Inlay and a small host on loopback: the HTTP contract as browser scripts see it, and nothing else.

The host is `http://localhost:<port>`, Inlay `http://127.0.0.1:<port>`: two sites, as in life. The panel's
page is made by the real renderer from the real templates and goes out under the real policy.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

from markupsafe import Markup

from app.house import read_house
from app.web.headers import PREFLIGHT, panel_policy
from app.web.sources import loader, served

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NONCE = "aNonceForOnePage"
TAGS = ("score-badge", "score-card")
RENDERER = read_house()
CATALOG = RENDERER.catalog


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str | bytes = ""
    media_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """One origin: an answering function on a port of its own, and a list of what was asked of it."""

    def __init__(
        self, name: str, answer: Callable[[BaseHTTPRequestHandler, str, dict[str, list[str]]], Answer]
    ) -> None:
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body are two packets; the second need not wait

            def do_any(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                form = parse_qs(self.rfile.read(length).decode())
                site.asked.append(f"{self.command} {self.path}")
                given = answer(self, urlsplit(self.path).path, form)
                body = given.body.encode() if isinstance(given.body, str) else given.body
                self.send_response(given.status)
                self.send_header("Content-Type", given.media_type)
                self.send_header("Content-Length", str(len(body)))
                for key, value in given.headers.items():
                    self.send_header(key, value)
                self.end_headers()
                if given.status not in {204, 304}:
                    self.wfile.write(body)

            do_GET = do_POST = do_OPTIONS = do_any  # noqa: N815 the names that http.server calls

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = self.origin = f"http://{name}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def count(self, start: str) -> int:
        """How often something that starts like this was asked for."""
        return sum(one.startswith(start) for one in self.asked)


class FakeInlay(Site):
    """Scores by record, and the faults that a test sets."""

    tag = "score-badge"  # of the panel's page
    tags = TAGS  # that the loader knows

    def __init__(self) -> None:
        super().__init__("127.0.0.1", self._answer)
        self.reset("http://localhost")

    def reset(self, host: str) -> None:
        self.asked.clear()
        self.origin = self.address
        self.host = host
        self.scores: dict[str, int] = {}
        self.states: dict[str, str] = {}  # by record; otherwise ready
        self.dead: set[str] = set()  # tokens
        self.fault: dict[str, Answer] = {}  # by path
        self.expires_in = 600
        self.opened: list[dict[str, list[str]]] = []
        self.batches: list[dict[str, list[str]]] = []
        self.heads: list[dict[str, str]] = []
        self.launch: dict[str, object] = {}
        self.bridge = "plain"
        self.inside = ""  # markup within the badge

    def html(self, tag: str, record: str) -> str:
        state = self.states.get(record, "ready")
        score = self.scores.get(record, 82)
        says = {"pending": "Scoring", "denied": "No access", "unavailable": "Not available"}.get(
            state, f"Score {score}"
        )
        opener = f'<button type="button" data-action="open" data-opens="score-card">{says}</button>'
        why = f"<details><summary>Why</summary><p>Because of {record}</p></details>"
        inner = {"score-badge": opener + self.inside, "score-card": f"<h2>{says}</h2>{why}"}[tag]
        if state in {"denied", "pending"}:
            inner = f"<span>{says}</span>"
        if state == "unavailable":
            inner = f'<button type="button" data-action="retry">{says}</button>'
        return (
            f'<div class="{tag}" data-inlay="{tag}" data-state="{state}" data-record="{record}" '
            f'data-announce="{says}.">{inner}</div>'
        )

    def part(self, tag: str, record: str, known: str = "-") -> dict[str, object]:
        html = self.html(tag, record)
        etag = f'"{hash(html) & 0xFFFFFF:x}"'
        named: dict[str, object] = {"component": tag, "record": record, "etag": etag}
        if known == etag:
            return named | {"unchanged": True}
        state = self.states.get(record, "ready")
        return named | {"state": state, "html": html} | ({"code": "denied"} if state == "denied" else {})

    def _answer(self, handler: BaseHTTPRequestHandler, path: str, form: dict[str, list[str]]) -> Answer:
        if handler.command == "OPTIONS":
            return Answer(204, headers=dict(PREFLIGHT))
        if path in self.fault:
            given = self.fault[path]
            return Answer(given.status, given.body, given.media_type, given.headers | _OPEN)
        if path.startswith(("/embed/", "/static/")):
            return self._asset(path)
        if path.startswith("/launch/"):
            return self._page()
        if path.startswith("/components/"):
            return self._one(handler, path.rsplit("/", 1)[1])
        return {"/session": self._open, "/session/renew": self._renew, "/components:batch": self._batch}[path](form)

    def _asset(self, path: str) -> Answer:
        text = (ROOT / "static" / path.removeprefix("/static").lstrip("/")).read_text("utf-8")
        if path == "/embed/inlay.js":
            text = loader(text, self.origin, self.tags)
        elif path.startswith("/embed/"):
            text = served(text)
        return Answer(200, text, "text/javascript", {"Access-Control-Allow-Origin": "*"})

    def _open(self, form: dict[str, list[str]]) -> Answer:
        self.opened.append(form)
        tag = form["component"][0]
        return _json({
            "access_token": f"token-{len(self.opened)}",
            "expires_in": self.expires_in,
            "fragments": [self.part(tag, record) for record in form.get("records", [])],
            "styles": {tag: CATALOG.styles(tag)},
        })  # fmt: skip

    def _renew(self, form: dict[str, list[str]]) -> Answer:
        if form["token"][0] in self.dead:
            return _gone()
        return _json({"access_token": form["token"][0] + "+", "expires_in": self.expires_in})

    def _batch(self, form: dict[str, list[str]]) -> Answer:
        self.batches.append(form)
        if form["token"][0] in self.dead:
            return _gone()
        items = [item.split(" ") for item in form["item"]]
        styles = {tag: CATALOG.styles(tag) for tag in form.get("style", [])}
        return _json({"fragments": [self.part(*item) for item in items], "styles": styles})

    def _one(self, handler: BaseHTTPRequestHandler, tag: str) -> Answer:
        self.heads.append({key.lower(): value for key, value in handler.headers.items()})
        if handler.headers.get("Authorization", "").removeprefix("Bearer ") in self.dead:
            return _gone()
        record = dict(parse_qsl(urlsplit(handler.path).query))["record"]
        part = self.part(tag, record, handler.headers.get("If-None-Match", "-"))
        headers = {"ETag": str(part["etag"]), **_OPEN}
        if "unchanged" in part:
            return Answer(304, headers=headers)
        status = {"denied": 403, "unavailable": 503}.get(str(part["state"]), 200)
        return Answer(status, str(part["html"]), headers=headers)

    def _page(self) -> Answer:
        style = CATALOG.styles(self.tag)
        launch: dict[str, object] = {"origin": self.host, "connection": "acme"} | (
            self.launch
            or {
                "token": "launched",
                "expires_in": self.expires_in,
                "component": self.tag,
                "record": "Lead/1",
                "etag": self.part(self.tag, "Lead/1")["etag"],
            }
        )
        names = {
            "change": f"embed/change-{self.bridge}.js",
            "htmx": "static/vendor/htmx.min.js",
        }
        content = "<p>This launch was used before.</p>" if "token" not in launch else self.html(self.tag, "Lead/1")
        html = "".join(
            RENDERER.page_in_parts(
                "panel.html",
                style=Markup(style),
                show=lambda: {"launch": launch, "content": Markup(content)},
                sign_in=False,
                nonce=NONCE,
                frame_url=f"{self.origin}/embed/frame-{self.bridge}.js",
                script_url=f"{self.origin}/{script}" if (script := CATALOG[self.tag].script) else "",
                answers="score",
                assets={key: f"{self.origin}/{path}" for key, path in names.items()},
            )
        )
        return Answer(
            200,
            html,
            headers={"Content-Security-Policy": self._policy(style)},
        )

    def _policy(self, style: str) -> str:
        return panel_policy([self.host], self.origin, NONCE, style, exports=bool(CATALOG[self.tag].script))


class FakeHost(Site):
    """Any application's pages: what a test puts in, under the policy that the test sets."""

    def __init__(self) -> None:
        super().__init__("localhost", self._answer)
        self.body = ""
        self.policy = ""
        self.pages: dict[str, str] = {}  # more of them, by path

    def _answer(self, handler: BaseHTTPRequestHandler, path: str, form: dict[str, list[str]]) -> Answer:
        if path in {"/host.js", "/bridge.js", "/teams_host.js", "/canvas_host.js"}:
            return Answer(200, HERE.joinpath(path[1:]).read_text("utf-8"), "text/javascript")
        if path in self.pages:
            return Answer(200, self.pages[path])
        head = "<!doctype html><html lang=en><meta charset=utf-8><title>Host</title>"
        headers = {"Content-Security-Policy": self.policy} if self.policy else {}
        return Answer(200, head + self.body, headers=headers)


_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Inlay-State, Retry-After",
}


def _json(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value), "application/json", dict(_OPEN))


def _gone() -> Answer:
    return Answer(401, '{"code":"session-expired"}', "application/problem+json", dict(_OPEN))


def badges(records: Iterable[str]) -> str:
    return "".join(f'<p><inlay-score-badge record="{record}"></inlay-score-badge></p>' for record in records)
