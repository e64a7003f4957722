"""A viewer signs in at an OpenID provider that nobody here wrote, from a panel in another site's frame.

Every way by which a window and a frame can be kept apart is here: third-party cookies are blocked for all tests, the
frame's origin may be opaque, the provider or the page around the panel may cut the window off from its opener.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.config import Settings
from app.hosts import HOSTS
from app.launch import Record
from tests.e2e.signing_in import SANDBOX, Around, around
from tests.e2e.stage import AXE_RUN
from tests.world import LEAD

pytestmark = pytest.mark.browser
LOOKS = {"viewport": {"width": 480, "height": 680}, "locale": "en-GB"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Around]:
    with around(tmp_path_factory.mktemp("sign-in")) as running:
        yield running


@dataclass
class Viewer:
    """A person with a browser of their own, and what it complained about on our pages."""

    context: BrowserContext
    place: Around
    faults: list[str]

    def open(self, **how: str) -> Page:
        page = self.context.new_page()
        page.goto(self.place.framed(**how))
        expect(self.button(page)).to_be_visible()
        page.wait_for_function("said.includes('inlay-auth-expired')" if not how.get("sandbox") else "said.length")
        return page

    def button(self, page: Page) -> Any:
        return page.frame_locator("iframe").get_by_role("button", name="Sign in")

    def click(self, page: Page) -> Page:
        """The window that opens, at the provider."""
        with self.context.expect_page() as opened:
            self.button(page).click()
        window = opened.value
        window.wait_for_selector("input[name=login]")
        return window

    def sign_in(self, window: Page, then: str = "Connect this panel?") -> None:
        """At the provider, and back to what we say then."""
        window.fill("input[name=login]", "zoe")
        window.fill("input[name=password]", "any")
        window.click("button[type=submit]")
        window.wait_for_selector("text=Continue")
        window.click("button[type=submit]")
        expect(window.get_by_role("heading", name=then)).to_be_visible()

    def number(self, page: Page) -> Any:
        return page.frame_locator("iframe").locator(".score-badge b")


@pytest.fixture
def viewer(chromium: Browser, place: Around) -> Iterator[Callable[[], Viewer]]:
    made: list[Viewer] = []

    def new(**more: Any) -> Viewer:
        context = chromium.new_context(**LOOKS | more)
        viewer = Viewer(context, place, [])
        context.on("weberror", lambda error: viewer.faults.append(str(error.error)))
        context.on("console", lambda line: viewer.faults.append(line.text) if violates(line.text) else None)
        made.append(viewer)
        return viewer

    yield new
    cookies = [cookie for each in made for cookie in each.context.cookies() if place.inlay.endswith(cookie["domain"])]
    kept = [cookie["domain"] for each in made for cookie in each.context.cookies()]
    for each in made:
        each.context.close()
    place.keeps_opener(True)
    assert cookies == [], "Inlay keeps nothing in cookies"
    assert set(kept) <= {"localhost"}
    assert [fault for each in made for fault in each.faults] == []


def violates(line: str) -> bool:
    return "Content Security Policy" in line or "Trusted" in line


def rows(place: Around, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{place.folder / 'inlay.db'}?mode=ro", uri=True, timeout=5)) as file:
        return file.execute(query).fetchall()


def test_a_click_a_window_a_yes_and_the_number_is_there(viewer: Callable[[], Viewer], root: Path) -> None:
    zoe = viewer()
    page = zoe.open()
    window = zoe.click(page)
    assert window.evaluate("document.referrer") == ""
    zoe.sign_in(window)
    assert "code=" not in window.url, "the code of the address is gone from it"
    expect(window.locator("dd").first).to_have_text("Zoe Müller")
    expect(window.locator("dd").last).to_have_text(re.compile("^localhost:"))
    expect(window.get_by_role("button", name="Connect")).to_be_focused()
    frame = next(each for each in page.frames if each.url.startswith(zoe.place.inlay))
    axe = (root / "static/preview/vendor/axe.min.js").read_text("utf-8")
    for document in (window, frame):
        document.evaluate(axe)
        assert document.evaluate(AXE_RUN) == []
    with window.expect_event("close"):
        window.keyboard.press("Enter")
    expect(zoe.number(page)).to_have_text("72")
    assert "inlay-ready" in page.evaluate("said")


def test_a_frame_that_nobody_can_name_is_signed_in_by_six_digits(viewer: Callable[[], Viewer]) -> None:
    zoe = viewer()
    page = zoe.open(sandbox=SANDBOX)
    frame = page.frame_locator("iframe")
    window = zoe.click(page)
    zoe.sign_in(window)
    window.get_by_role("button", name="Connect").click()
    shown = window.locator("output").inner_text()
    field = frame.get_by_role("textbox", name="Six digits")
    field.fill("000000" if shown.replace(" ", "") != "000000" else "111111")
    field.press("Enter")
    expect(frame.get_by_text("Those are not the digits.")).to_be_visible()
    field.fill(shown)
    frame.get_by_role("button", name="Go on").click()
    expect(zoe.number(page)).to_have_text("72")


@pytest.mark.parametrize("cut", ["by the provider", pytest.param("by the page around it", marks=pytest.mark.proof)])
def test_a_window_that_is_cut_off_from_its_opener_shows_six_digits(
    viewer: Callable[[], Viewer], place: Around, cut: str
) -> None:
    place.keeps_opener(cut != "by the provider")
    zoe = viewer()
    page = zoe.open(**({"cut": "yes"} if cut == "by the page around it" else {}))
    window = zoe.click(page)
    zoe.sign_in(window)
    assert window.evaluate("opener") is None
    window.get_by_role("button", name="Connect").click()
    field = page.frame_locator("iframe").get_by_role("textbox", name="Six digits")
    field.fill(window.locator("output").inner_text())
    field.press("Enter")
    expect(zoe.number(page)).to_have_text("72")


def test_what_one_person_began_another_cannot_complete(viewer: Callable[[], Viewer], place: Around) -> None:
    """Mallory sends Zoë the address that she was sent to: what Zoë sees must not appear in Mallory's panel."""
    mallory, zoe = viewer(), viewer()
    page = mallory.open()
    asked: list[str] = []
    mallory.context.on("request", lambda request: asked.append(request.url))
    mallory.click(page)
    [address] = [url for url in asked if url.startswith(f"{place.provider}/auth?")]
    before = rows(place, "SELECT count(*) FROM sessions")
    window = zoe.context.new_page()
    window.goto(address)
    zoe.sign_in(window, then="Nothing was connected")
    expect(window.get_by_text("begun in another window")).to_be_visible()
    assert rows(place, "SELECT count(*) FROM sessions") == before
    last = "SELECT reason FROM audit WHERE event = 'signin.refused' ORDER BY seq DESC LIMIT 1"
    assert rows(place, last) == [("window-wrong",)]


@pytest.mark.proof  # two more servers
def test_a_server_that_dies_in_the_middle_leaves_nothing_half_connected(
    viewer: Callable[[], Viewer], place: Around
) -> None:
    zoe = viewer()
    page = zoe.open()
    connected = "SELECT (SELECT count(*) FROM sessions), (SELECT sum(version) FROM identities)"
    before = rows(place, connected)
    window = zoe.click(page)
    zoe.sign_in(window)
    place.kill()
    assert rows(place, connected) == before
    place.start()  # another process, that knows of the attempt
    window.get_by_role("button", name="Connect").click()
    expect(zoe.number(page)).to_have_text("72")


def test_signing_in_again_costs_the_viewer_nothing(viewer: Callable[[], Viewer], place: Around) -> None:
    """The session ends at the server; what is open, scrolled and half written in the panel is there afterwards."""
    zoe = viewer()
    page = zoe.open()
    window = zoe.click(page)
    zoe.sign_in(window)
    window.get_by_role("button", name="Connect").click()
    expect(zoe.number(page)).to_have_text("72")
    frame = next(each for each in page.frames if each.url.startswith(place.inlay))
    frame.get_by_role("button").first.click()
    expect(page.frame_locator("iframe").locator(".score-card")).to_be_visible()
    frame.evaluate(WRITE)
    page.evaluate("said.length = 0")
    place.revoke("portal")
    frame.evaluate("dispatchEvent(new Event('focus'))")
    expect(zoe.button(page)).to_be_visible()
    assert "inlay-auth-expired" in page.evaluate("said")
    with zoe.context.expect_page() as opened:
        zoe.button(page).click()
    again = opened.value  # the provider remembers the viewer
    expect(again.get_by_role("heading", name="Connect this panel?")).to_be_visible()
    frame.evaluate("scrollTo(0, 17)")
    again.get_by_role("button", name="Connect").click()
    page.wait_for_function("said.includes('inlay-ready')")
    expect(zoe.button(page)).to_have_count(0)
    assert frame.evaluate(READ) == ["half a sentence", 17, True]


WRITE = """() => {
  const area = document.createElement('textarea');
  area.id = 'unsent'; area.value = 'half a sentence';
  document.querySelector('main').append(area);
  document.body.setAttribute('data-tall', '');
  const sheet = new CSSStyleSheet(); sheet.replaceSync('[data-tall]{min-height:3000px}');
  document.adoptedStyleSheets.push(sheet);
}"""
READ = """() => [document.getElementById('unsent').value, scrollY,
  !!document.querySelector('.score-card')?.offsetHeight]"""


def test_a_host_that_launches_by_itself_is_asked_to_do_so_again(viewer: Callable[[], Viewer], place: Around) -> None:
    """Canvas: the viewer has given leave in the window; the page around the panel then launches it by a POST."""
    zoe = viewer()
    zoe.context.route(
        f"{place.inlay}/oauth/crm/start?*", lambda route: route.fulfill(body=AGREED, content_type="text/html")
    )
    page = zoe.open(canvas="yes")
    with zoe.context.expect_page() as opened:
        zoe.button(page).click()
    page.wait_for_function("said.some(one => /repost/.test(one))")
    [told] = [json.loads(one) for one in page.evaluate("said") if one.startswith("{") and "repost" in one]
    client = {"oauthToken": "null", "instanceId": "_:panel:1", "targetOrigin": place.page}
    body = {"type": "repost", "accessToken": "null", "refresh": True, "config": {"client": client}}
    assert (told["targetModule"], told["src"], told["body"]) == ("Canvas", "client", body)
    expect(opened.value.locator("h1")).to_have_text("done")


AGREED = """<!doctype html><h1></h1><script>
addEventListener('message', ({data}) => {
  if (data.type == 'inlay-signin-done') document.querySelector('h1').textContent = 'done';
});
opener.postMessage({inlay: 1, type: 'inlay-signin-code', detail: {code: 'x'}}, location.origin);
</script>"""


def test_a_panel_without_a_proof_takes_one_by_message(viewer: Callable[[], Viewer], place: Around) -> None:
    zoe = viewer()
    page = zoe.context.new_page()
    page.goto(place.framed(guest="yes"))
    page.wait_for_function("said.includes('inlay-auth-expired')")
    settings = Settings.load(place.folder / "inlay.toml").connections["pages"]
    sign = HOSTS["guest"].sign
    assert sign is not None
    token = sign(settings, "zoe", [Record.parse(LEAD)], "score-badge", place.page, "", time.time())
    page.evaluate(
        "([detail, home]) => frames[0].postMessage({inlay: 1, id: 1, type: 'inlay-proof', detail}, home)",
        [{"token": token, "records": [LEAD]}, place.inlay],
    )
    expect(zoe.number(page)).to_have_text("72")


def test_a_window_that_may_keep_nothing_says_so(viewer: Callable[[], Viewer], place: Around) -> None:
    zoe = viewer()
    page = zoe.open(sandbox="allow-scripts allow-popups")  # windows of the frame are in its sandbox too
    with zoe.context.expect_page() as opened:
        zoe.button(page).click()
    expect(opened.value.get_by_role("heading", name="This window cannot sign you in")).to_be_visible()


def test_a_window_cannot_be_framed(viewer: Callable[[], Viewer], place: Around) -> None:
    for path in ("start", "callback"):
        policy = requests.get(f"{place.inlay}/oauth/portal/{path}", timeout=5).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
