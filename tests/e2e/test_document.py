"""Contracts in the library, from the list to a new version: what a lawyer does, in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from tests.e2e.demo import Demo
from tests.e2e.stage import options

pytestmark = pytest.mark.browser
RESELLER, SERVICES = "Reseller agreement Northgate.pdf", "Services agreement Larkfield Museums.docx"


@dataclass
class Desk:
    """One viewer's window on the library. `faults` holds script errors, console errors and breaches of a policy."""

    page: Page
    demo: Demo
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(20_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)

    def list(self, viewer: str = "dana") -> None:
        self.page.goto(f"{self.demo.library}/documents?as={viewer}")

    def row(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(has_text=name)

    def open(self, name: str) -> None:
        """From the list, as text: where the browser has no viewer for the file, it is shown so anyway."""
        self.row(name).get_by_role("link").click()
        if name.endswith(".pdf"):
            self.page.goto(self.page.url.split("?")[0] + "?view=text")

    @property
    def panel(self) -> FrameLocator:
        return self.page.frame_locator(".pane iframe")

    def finding(self, title: str) -> Locator:
        return self.panel.locator("[data-finding]").filter(has_text=title)

    @property
    def reviewed(self) -> Locator:
        return self.panel.get_by_text(re.compile(r"\d+ of \d+ reviewed"))

    def wait_for_row(self, event: str, what: str) -> None:
        """Until the audit holds one: work of the background may be slower than a panel that looks by itself."""
        until = time.monotonic() + 10
        while not self.demo.rows("SELECT 1 FROM audit WHERE event = ? LIMIT 1", event):
            assert time.monotonic() < until, what
            self.page.wait_for_timeout(100)

    def highlighted(self) -> str:
        """The words that the document's page marks, without white space; waited for, as the page's policy lets one."""
        marked = "[...(CSS.highlights.get('found') ?? [])].map(String).join('').replace(/\\s+/g, '')"
        until = time.monotonic() + 15
        while not (words := str(self.page.evaluate(marked))) and time.monotonic() < until:
            self.page.wait_for_timeout(50)
        return words


@pytest.fixture
def desk(chromium: Browser, demo: Demo) -> Iterator[Callable[[], Desk]]:
    made: list[Desk] = []

    def opened() -> Desk:
        made.append(Desk(chromium.new_context(**options()).new_page(), demo))
        return made[-1]

    yield opened
    for each in made:
        each.page.context.close()
    assert [fault for each in made for fault in each.faults] == []


def test_from_the_list_to_a_verdict_that_outlives_a_new_version(desk: Callable[[], Desk]) -> None:
    at = desk()
    at.list()
    expect(at.row(RESELLER).locator("inlay-analysis-badge")).to_contain_text("High")
    at.open(RESELLER)
    expect(at.reviewed).to_contain_text("0 of")

    # go to it: the quote is marked where it stands
    stays, goes = at.finding("Exclusiv").first, at.finding("Liability without limit")
    title = stays.locator(".name").text_content() or "nothing"  # what is out of sight is not laid out, but there
    stays.locator("summary").click()
    quote = stays.locator("blockquote").inner_text()
    stays.locator("[data-action=locate]").click()
    expect(at.page.locator("[data-paper]")).not_to_have_js_property("scrollTop", 0)
    assert re.sub(r"\s+", "", quote).startswith(at.highlighted()[:60] or "nothing")

    # a verdict is there after a reload, and for somebody else
    stays.locator("[data-action=review][data-verdict=accept]").click()
    expect(at.reviewed).to_contain_text("1 of")
    at.page.reload()
    expect(at.reviewed).to_contain_text("1 of")
    other = desk()
    other.page.goto(at.page.url + "&as=zoe")
    expect(other.panel.locator("[data-finding][data-verdict=accepted]")).to_have_count(1)

    # a new version: told, read in the background, shown by itself; what still stands keeps its verdict
    expect(goes).to_have_count(1)
    at.wait_for_row("subscription.begun", "the library is watched")
    at.page.get_by_role("button", name="Other side's draft").click()
    expect(at.page.get_by_text("Version 2,")).to_be_visible()
    expect(at.panel.get_by_text("New version", exact=True)).to_be_visible()
    expect(at.finding("Liability without limit")).to_have_count(0)
    expect(at.panel.locator("[data-finding][data-verdict=accepted] .name")).to_have_text(title)
    expect(at.reviewed).to_contain_text("1 of")
    at.wait_for_row("event.accepted", "the library told of the change")


def test_what_is_not_shared_is_not_even_known(desk: Callable[[], Desk]) -> None:
    dana, sam = desk(), desk()
    dana.list()
    dana.open(SERVICES)
    expect(dana.reviewed).to_be_visible()
    sam.list("sam")
    expect(sam.row(RESELLER).locator("inlay-analysis-badge")).to_contain_text("findings")
    expect(sam.row(SERVICES)).to_have_count(0)
    sam.page.goto(dana.page.url)
    expect(sam.panel.get_by_text("You cannot see this document.")).to_be_visible()
    assert "Museums" not in sam.panel.locator("body").inner_text()


def test_beside_a_word_file_as_a_task_pane(desk: Callable[[], Desk]) -> None:
    at = desk()
    at.list("zoe")
    at.row(SERVICES).get_by_role("link").click()
    at.page.get_by_role("link", name="Open in Word").click()
    first = at.panel.locator("[data-finding]:has(blockquote)").first
    first.locator("summary").click()
    first.locator("[data-action=locate]").click()
    quote = re.sub(r"\s+", "", first.locator("blockquote").inner_text())
    assert quote.startswith(at.highlighted()[:60] or "nothing")


def test_as_a_web_component_in_the_librarys_own_page(desk: Callable[[], Desk]) -> None:
    at = desk()
    at.list()
    at.row(RESELLER).get_by_role("link").click()
    at.page.get_by_role("link", name="Web component").click()
    expect(at.page.locator("inlay-document-sidebar [data-finding]").first).to_be_visible()
