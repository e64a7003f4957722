"""The small Inlay with a score card: a story that takes reviews as the real one does, and in which others speak too."""

from __future__ import annotations

from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.browser.fake_inlay import CATALOG, RENDERER, Answer, FakeInlay, _json

_OF = {"accept": "accepted", "dismiss": "dismissed", "override": "overridden"}
_AT = datetime(2026, 11, 23, 15, 2, tzinfo=UTC)


class FakeCard(FakeInlay):
    tag = "score-card"

    def reset(self, host: str) -> None:
        super().reset(host)
        self.locale, self.epoch = "en", 0
        self.given: list[dict[str, str]] = []
        self.args: dict[str, Any] = dict(CATALOG[self.tag].stories["ready"].args)

    def says(self, verdict: str, *, by: str = "Ben Ito", mine: bool = False, **more: Any) -> None:
        """Somebody has said so."""
        self.epoch += 1
        said = {"verdict": verdict, "version": self.epoch, "by": by, "mine": mine, "at": _AT, "undo": mine}
        self.args["review"] = CATALOG[self.tag].args["review"].check(said | more)

    def html(self, tag: str, record: str) -> str:
        if tag != self.tag:
            return super().html(tag, record)
        return RENDERER.fragment(self.tag, {**self.args, "record": record}, uid="i1", locale=self.locale)

    def _answer(self, handler: BaseHTTPRequestHandler, path: str, form: dict[str, list[str]]) -> Answer:
        if path == "/reviews" and handler.command == "POST" and path not in self.fault:
            return self._review({name: values[0] for name, values in form.items()})
        return super()._answer(handler, path, form)

    def _review(self, given: dict[str, str]) -> Answer:
        self.given.append(given)
        standing = self.args["review"]
        if int(given["version"]) != (standing["version"] if standing else 0):
            told = _json({
                "status": 409, "code": "review-conflict", "detail": "Meanwhile: Accepted by Ben Ito. Decide again.",
                "fragments": [self.part(self.tag, given["record"])],
            })  # fmt: skip
            return Answer(409, told.body, told.media_type, told.headers)
        if given["verdict"] == "undo":
            self.args["review"] = None
        else:
            more = {name: given[name] for name in ("value", "reason", "comment") if name in given}
            self.says(_OF[given["verdict"]], by="Ana", mine=True, **more)
        return _json({"fragments": [self.part(self.tag, given["record"])]})
