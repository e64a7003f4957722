"""The small Inlay with a document sidebar: a story that takes verdicts, and may be read anew."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.browser.fake_inlay import CATALOG, RENDERER, Answer, FakeInlay, _json

_OF = {"accept": "accepted", "dismiss": "dismissed", "override": "overridden"}
RANKS = {"high": 0, "medium": 1, "low": 2, "info": 3}


class FakeSidebar(FakeInlay):
    tag = "document-sidebar"
    tags = ("document-sidebar",)

    def reset(self, host: str) -> None:
        super().reset(host)
        self.locale = "en"
        self.given: list[dict[str, str]] = []
        self.refuses: Answer | None = None
        self.tell("unreviewed")

    def tell(self, story: str, **more: Any) -> None:
        """What is shown from now on."""
        args = CATALOG[self.tag].stories[story].args
        self.args: dict[str, Any] = {**args, **more, "findings": [dict(each) for each in args["findings"]]}

    def many(self, count: int) -> None:
        some = self.args["findings"]
        self.args["findings"] = sorted(
            (
                {**some[n % len(some)], "id": f"m{n}", "title": f"{some[n % len(some)]['title']} {n}"}
                for n in range(count)
            ),
            key=lambda each: each["rank"],
        )

    def html(self, tag: str, record: str) -> str:
        found = self.args["findings"]
        self.args["reviewed"] = sum(each["verdict"] is not None for each in found)
        self.args["counts"] = {severity: sum(each["severity"] == severity for each in found) for severity in RANKS}
        return RENDERER.fragment(self.tag, {**self.args, "record": record}, uid="i1", locale=self.locale)

    def _answer(self, handler: BaseHTTPRequestHandler, path: str, form: dict[str, list[str]]) -> Answer:
        if path == "/reviews":
            return self._review({name: values[0] for name, values in form.items()})
        if path == "/exports":
            self.given.append({name: values[0] for name, values in form.items()})
            return Answer(200, "<!doctype html><title>Findings</title>" if form["format"] == ["page"] else "a,b")
        if path == "/favicon.ico":  # of a printable page, which is a tab of its own
            return Answer(404)
        return super()._answer(handler, path, form)

    def _review(self, given: dict[str, str]) -> Answer:
        self.given.append(given)
        if self.refuses:
            return self.refuses
        finding = next(each for each in self.args["findings"] if each["id"] == given["item"])
        verdict = _OF.get(given["verdict"])
        severity = given.get("severity") or finding["said"]
        finding |= {
            "verdict": verdict, "reason": given.get("reason", ""), "comment": given.get("comment", ""), "mine": True,
            "undo": bool(verdict), "version": finding.get("version", 0) + 1 if verdict else 0,
            "severity": severity, "rank": RANKS[severity],
        }  # fmt: skip
        self.args["findings"].sort(key=lambda each: each["rank"])
        return _json({"fragments": [self.part(self.tag, given["record"])]})
