"""The task pane that we serve, in what the vendor's own, unmodified office.js takes for Word, with the real panel."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

from app.hosts._microsoft_package import page_url
from tests.hosts._hosted import Hosted, hosted, proof, sidebar
from tests.npm import package

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
WORD = "https://euc-word-edit.officeapps.live.com/host"
LINK = "https://contoso.sharepoint.com/sites/legal/Contract.docx"


@pytest.fixture
def stage(chromium: Browser, tmp_path: Path) -> Iterator[Hosted]:
    with hosted(chromium, tmp_path, viewport={"width": 360, "height": 640}) as made:
        made.folders["https://appsforoffice.microsoft.com/lib/1/hosted/"] = package("@microsoft/office-js") / "dist"
        yield made
        # the library's own complaint of what our Word does not answer; its own pages end so too
        made.faults[:] = [each for each in made.faults if each != "OSF.DDA.Error"]


def opened(stage: Hosted, **given: Any) -> FrameLocator:
    """Word with our pane. `given` is what Word says: token, url, error."""
    given = {"token": proof("office"), "url": LINK, "error": 0} | given
    given["pane"] = page_url(stage.deployment("office"), "pane")
    script = f"Object.assign(window, {json.dumps(given)});{(HERE / 'word_host.js').read_text('utf-8')}"
    stage.pages[WORD] = f"<!doctype html><body><script>{script}</script>"
    stage.page.goto(WORD)
    return stage.page.frame_locator("iframe")


def test_the_pane_shows_the_document_that_is_open(stage: Hosted) -> None:
    pane = opened(stage)
    panel = pane.frame_locator("iframe")
    expect(sidebar(panel)).to_have_attribute("data-state", "pending")
    stage.world.run_jobs()
    expect(sidebar(panel)).to_have_attribute("data-state", "ready")
    expect(panel.get_by_role("button", name="Sign in")).to_have_count(0)  # nothing of the wait for a proof is left
    shared = "u!" + base64.urlsafe_b64encode(LINK.encode()).decode().rstrip("=")
    assert any(f"/shares/{shared}/driveItem" in each for each in stage.library.asked)
    assert stage.page.evaluate("tokens") == 1
    assert not [url for url in stage.urls if "eyJ" in url.replace("_host_Info", "")]
    frame = pane.locator("iframe").bounding_box()
    assert frame
    assert frame["height"] > 500  # it fills the pane
    assert panel.locator("html").evaluate("(html) => html.scrollWidth") <= 320


def test_words_are_found_from_the_panel(stage: Hosted) -> None:
    """word.js is in the page that we serve: it hears the panel beside it."""
    pane = opened(stage)
    panel = pane.frame_locator("iframe")
    expect(sidebar(panel)).to_be_visible()
    ask = {
        "inlay": 1,
        "id": 9,
        "type": "inlay-locate",
        "detail": {"quote": "governed by the laws of the State of New York"},
    }
    panel.locator("html").evaluate("(_, ask) => parent.postMessage(ask, '*')", ask)
    stage.page.wait_for_function("selected.length == 1")


@pytest.mark.parametrize(("error", "words"), [(13001, "Sign in to Word"), (13005, "your admin can find the reason")])
def test_a_sign_in_that_fails_has_a_reason(stage: Hosted, error: int, words: str) -> None:
    pane = opened(stage, error=error)
    alert = pane.get_by_role("alert").filter(has_text=words)
    expect(alert).to_contain_text(str(error))
    # the panel's own sign-in stays, and a click asks Word again
    expect(pane.frame_locator("iframe").get_by_role("button", name="Sign in")).to_be_visible()
    stage.page.evaluate("error = 0")
    alert.get_by_role("button").click()
    expect(sidebar(pane.frame_locator("iframe"))).to_have_attribute("data-state", "pending")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("C:\\Users\\zoe\\Contract.docx", "only on this computer"),
        (f"https://contoso.sharepoint.com/{'long/' * 40}a.docx", "too long"),
    ],
)
def test_a_document_that_cannot_be_named_has_a_reason(stage: Hosted, url: str, words: str) -> None:
    expect(opened(stage, url=url).get_by_role("alert")).to_contain_text(words)


def test_a_pane_that_is_opened_by_hand_says_where_it_belongs(stage: Hosted) -> None:
    stage.page.goto(page_url(stage.deployment("office"), "pane"))
    expect(stage.page.get_by_role("alert")).to_contain_text("ribbon of Word")
