"""Finding a quote in Word: our script beside the vendor's own, unmodified office.js, in what it takes for Word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, Route

from tests.npm import package

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
SCRIPT = HERE.parents[2] / "app/hosts/office/word.js"
VENDOR = "https://appsforoffice.microsoft.com/lib/1/hosted/"
PAGES = {
    "/host": f"<!doctype html><body><script>{(HERE / 'word_host.js').read_text('utf-8')}</script>",
    "/pane": f'<!doctype html><script src="{VENDOR}office.js"></script><script src="/word.js"></script>'
    '<iframe src="https://inlay.example.com/panel"></iframe>',
    "/panel": "<!doctype html><script>came = []; addEventListener('message', ({data}) => came.push(data))</script>",
    "/word.js": SCRIPT.read_text("utf-8"),
}


@pytest.fixture
def word(chromium: Browser) -> Iterator[Page]:
    dist = package("@microsoft/office-js") / "dist"

    def serve(route: Route) -> None:
        address = route.request.url.partition("?")[0]
        if address.startswith(VENDOR):
            file = dist / address.removeprefix(VENDOR)
            headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
            route.fulfill(status=200 if file.is_file() else 404, path=file if file.is_file() else None, headers=headers)
            return
        path = "/" + address.split("/", 3)[3]
        kind = "text/javascript" if path.endswith(".js") else "text/html"
        route.fulfill(status=200 if path in PAGES else 404, body=PAGES.get(path, ""), content_type=kind)

    context = chromium.new_context()
    context.route("**/*", serve)
    page = context.new_page()
    page.goto("https://euc-word-edit.officeapps.live.com/host")
    yield page
    context.close()


def located(page: Page, quote: str, **envelope: Any) -> bool:
    """What the panel is answered."""
    panel = _frame(page, "/panel")
    message = {"inlay": 1, "id": 7, "type": "inlay-locate", "detail": {"quote": quote, "page": 3}} | envelope
    panel.evaluate("(message) => { came = []; parent.postMessage(message, '*') }", message)
    panel.wait_for_function("came.length == 2", timeout=10_000)
    begun, answer = panel.evaluate("came")
    assert begun == {"inlay": 1, "id": 7, "type": "inlay-located", "detail": {"found": None}}
    assert (answer["inlay"], answer["id"], answer["type"]) == (1, 7, "inlay-located")
    return bool(answer["detail"]["found"])


def _frame(page: Page, path: str) -> Frame:
    for _ in range(200):
        if found := next((frame for frame in page.frames if path in frame.url and frame.url.endswith(path)), None):
            return found
        page.wait_for_timeout(25)
    raise AssertionError(path)


def test_a_quote_is_searched_and_selected(word: Page) -> None:
    assert located(word, "During the Term, Supplier shall not\nsupply the  Products")
    assert word.evaluate("selected") == ["During the Term, Supplier shall not supply the Products"]
    assert not located(word, "These words stand nowhere in it")
    assert word.evaluate("selected.length") == 1


def test_what_is_longer_than_a_search_or_a_paragraph_is_found_by_its_part(word: Page) -> None:
    assert located(word, "The parties agree that each of them bears its own costs. " * 8)
    assert located(word, "governed by the laws of the State of New York.\n3. Long. The parties agree")
    assert word.evaluate("Math.max(...searched.map((text) => text.length))") <= 255


def test_only_a_frame_of_the_page_is_answered(word: Page) -> None:
    located(word, "the State of New York")
    before = word.evaluate("searched.length")
    _frame(word, "/panel").evaluate(
        "parent.postMessage({inlay: 2, type: 'inlay-locate', detail: {quote: 'Term'}}, '*')"
    )
    pane = next(frame for frame in word.frames if "/pane" in frame.url)
    pane.evaluate("postMessage({inlay: 1, id: 1, type: 'inlay-locate', detail: {quote: 'During the Term'}}, '*')")
    word.wait_for_timeout(300)
    assert word.evaluate("searched.length") == before
