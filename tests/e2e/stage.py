"""A page of the CRM with its panels, however they are embedded, and what a person does there."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, Response, expect

from tests.e2e.demo import Demo, concerns


@dataclass
class Stage:
    """One viewer's browser window. `faults` holds script errors, console errors and breaches of a policy."""

    page: Page
    demo: Demo
    form: str = "canvas"
    faults: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)  # Inlay's

    def __post_init__(self) -> None:
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)
        self.page.on("response", self._keep)

    def _keep(self, answer: Response) -> None:
        if concerns(answer.url, self.demo):
            self.answers.append(answer)

    def open(self, lead: str, viewer: str = "zoe", form: str = "canvas", state: str = "ready") -> Stage:
        """Open a lead and wait until both panels are in this state."""
        self.form = form
        self.page.goto(self.demo.lead(lead, viewer, form))
        for panel in (self.badge, self.card):
            expect(panel).to_have_attribute("data-state", state)
        return self

    def open_list(self, viewer: str = "zoe") -> Stage:
        """Open the list of leads and wait until what is in sight has its number."""
        self.page.goto(f"{self.demo.crm}/leads?as={viewer}")
        expect(self.page.locator("inlay-score-badge b").first).to_be_visible()
        return self

    def panel(self, tag: str) -> Locator:
        """The fragment's root; within our frame, or in the element's shadow."""
        if self.form == "element":
            return self.page.locator(f"inlay-{tag} .{tag}").first
        return self.page.frame_locator(f".frame-{tag} iframe").locator(f".{tag}").first

    @property
    def badge(self) -> Locator:
        return self.panel("score-badge")

    @property
    def card(self) -> Locator:
        return self.panel("score-card")

    @property
    def number(self) -> Locator:
        return self.badge.locator("b")

    def score(self) -> int:
        return int(self.number.inner_text())

    def labels(self) -> set[str]:
        """The reasons of the card, folded away or not."""
        return {text.strip() for text in self.card.locator(".label").all_text_contents()}

    def points(self) -> int:
        """How many points the trend's table has; a first score has no trend."""
        return self.card.locator("tbody tr").count()

    def other(self, field: str) -> str:
        """A value that scores otherwise than the one that is there."""
        return {"yes": "no", "no": "yes"}[self.page.locator(f"#f-{field}").input_value()]

    def edit(self, field: str, value: str) -> float:
        """Change a field in place as a person does; the moment at which the CRM had saved it."""
        self.page.get_by_role("link", name="Edit").click()
        place = self.page.locator(f"#f-{field}")
        if place.evaluate("e => e.localName") == "select":
            place.select_option(value)
        else:
            place.fill(value)
        with self.page.expect_response(lambda one: one.request.method == "POST" and "/lead/" in one.url) as saved:
            self.page.get_by_role("button", name="Save").click()
        assert saved.value.status == 200
        return time.monotonic()

    def words_of_inlay(self) -> str:
        """Everything that Inlay has sent to this window, as text."""
        return "\n".join(body for one in self.answers if (body := _text(one)))

    def run_axe(self, source: str) -> list[str]:
        """What axe-core finds in every document of the page, frames included."""
        found: list[str] = []
        for frame in self.page.frames:
            if frame.url == "about:blank" or frame.is_detached():
                continue
            frame.evaluate(source)
            found += frame.evaluate(AXE_RUN)
        return found


def _text(answer: Response) -> str:
    try:
        return answer.text()
    except Exception:  # noqa: BLE001 a 304, or a document that is gone: there is no text
        return ""


AXE_RUN = """async () => (await axe.run(document, {
  iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
})).violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | ').slice(0, 300))"""


def options(**more: Any) -> dict[str, Any]:
    return {"viewport": {"width": 1280, "height": 900}, **more}
