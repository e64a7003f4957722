"""The small Inlay with a worklist: a story whose rows take reviews, and in which somebody may have been faster."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.browser.fake_inlay import CATALOG, RENDERER, Answer, FakeInlay, _json

LISTED = "session/records"


class FakeList(FakeInlay):
    tag = "review-list"
    tags = ("review-list", "score-card")

    def reset(self, host: str) -> None:
        super().reset(host)
        self.given: list[str] = []
        self.faster: set[str] = set()  # records of which somebody else spoke meanwhile
        self.args: dict[str, Any] = {**CATALOG[self.tag].stories["ready"].args, "done": []}

    def html(self, tag: str, record: str) -> str:
        if tag != self.tag:
            return super().html(tag, record)
        return RENDERER.fragment(self.tag, {**self.args, "record": LISTED}, uid="i1", locale="en")

    def _answer(self, handler: BaseHTTPRequestHandler, path: str, form: dict[str, list[str]]) -> Answer:
        if path == "/reviews" and handler.command == "POST" and path not in self.fault:
            results = [self._review(*each.split(" ")) for each in form["review"]]
            return _json({"results": results, "fragments": [self.part(self.tag, LISTED)]})
        return super()._answer(handler, path, form)

    def _review(self, verdict: str, record: str, decision: str, version: str) -> dict[str, Any]:
        self.given.append(f"{verdict} {record} {decision} {version}")
        told = {"record": record, "verdict": verdict}
        if record in self.faster:
            return told | {"status": 409, "code": "review-conflict", "detail": "Meanwhile: Accepted by Ben Ito."}
        there, gone = ("done", "rows") if verdict != "undo" else ("rows", "done")
        [row] = [each for each in self.args[gone] if each["record"] == record]
        self.args[gone] = [each for each in self.args[gone] if each is not row]
        fields = CATALOG[self.tag].args[there].check([_plain(row) | _of(there)])
        self.args[there] = [*fields, *self.args[there]]
        return told | {"status": 200}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("record", "name", "decision", "version", "score", "band")}


def _of(there: str) -> dict[str, Any]:
    return {"verdict": "accepted"} if there == "done" else {"kind": "new"}
