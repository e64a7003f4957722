"""What somebody who hears a panel is told, in order: the tree as it is read, what is announced, and where Tab leads.

A golden file for each of three components; `make golden` accepts what is heard now. The page is the real one, with
its script; a story that goes on by itself is a score that arrives.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.components.site import site

GOLDEN = Path(__file__).with_name("golden")
ACCEPT = os.environ.get("GOLDEN") == "accept"
# The story that is opened, the state that it comes to, and the keys of somebody who goes through it.
WALKS: dict[str, tuple[str, str, Sequence[str]]] = {
    "score-badge": ("pending", "ready", ("Tab", "Enter", "Tab")),
    "score-card": (
        "pending",
        "ready",
        ("Tab", "Tab", "Enter", "Tab", "Tab", "Tab", "Escape", "Tab", "Tab", "Tab"),
    ),
    "document-sidebar": (
        "pending",
        "ready",
        ("Tab", "Tab", "Tab", "Enter", *("Tab",) * 4, "ArrowDown", "Enter", "Tab", "Tab"),
    ),
}
# Live regions, as they change: what a screen reader says by itself. A region that is emptied says nothing; nor does one
# that was not there, or not shown, before its words came: only an alert is heard then.
_EARS = """() => {
  window.inlayHeard = []
  const LIVE = '[role=status], [role=alert], [role=log], output, [aria-live]:not([aria-live=off])'
  let there
  const look = () => (there = new Set([...document.querySelectorAll(LIVE)].filter((each) => each.checkVisibility())))
  look()
  new MutationObserver((changes) => {
    const places = changes.map(({ target }) => target.closest ? target : target.parentElement)
    const regions = new Set(places.map((place) => place?.closest(LIVE)))
    for (const region of regions)
      if (region?.innerText?.trim() && (there.has(region) || region.role == 'alert'))
        inlayHeard.push(region.innerText.trim())
    look()
  }).observe(document, { subtree: true, childList: true, characterData: true, attributeFilter: ['hidden'] })
}"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with site() as found:
        yield found


def read(page: Page) -> list[str]:
    """The whole panel, as a screen reader goes through it."""
    tree = page.locator("body").aria_snapshot().splitlines()
    return [f"    {line}" for line in tree if "- /url: " not in line]  # an address is not read, and changes


def heard(page: Page, after: str = "") -> list[str]:
    """What was announced since the last time. What Enter begins may have to be loaded first."""
    page.wait_for_timeout(1000 if after == "Enter" else 150)  # a region is filled after what it is about
    return [f"  says: {text}" for text in page.evaluate("inlayHeard.splice(0)")]


def focus(page: Page) -> str:
    at = page.locator(":focus")
    if not at.count():
        return "  focus: the page"
    lines = at.first.aria_snapshot().splitlines()
    return f"  focus: {lines[0].removeprefix('- ').rstrip(':')}"


def transcript(page: Page, url: str, tag: str) -> str:
    story, state, keys = WALKS[tag]
    page.add_init_script(f"addEventListener('DOMContentLoaded', {_EARS})")
    arrived: list[bool] = []

    def answer(route: Route) -> None:
        """Nothing new, until the score is let in: a slow machine hears the same."""
        route.continue_() if arrived else route.fulfill(status=304)

    page.route(re.compile(r"/components/"), answer)
    page.goto(f"{url}/preview/frame/{tag}/{story}?flow=1&theme=light")
    told = [f"{tag}, {story}", *heard(page), "  reads:", *read(page)]
    arrived.append(True)
    expect(page.locator(f"[data-inlay][data-state={state}]").first).to_be_visible(timeout=30_000)
    told += [f"{state}, by itself", *heard(page), "  reads:", *read(page)]
    for key in keys:
        page.keyboard.press(key)
        told += [key, *heard(page, key), focus(page)]
    told += ["  reads:", *read(page)]
    return "\n".join(told) + "\n"


@pytest.mark.proof
@pytest.mark.browser
@pytest.mark.parametrize("tag", WALKS)
def test_what_is_heard_is_the_accepted_one(chromium: Browser, url: str, tag: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 900}, locale="en", reduced_motion="reduce")
    found = transcript(context.new_page(), url, tag)
    context.close()
    path = GOLDEN / f"{tag}.heard.txt"
    if ACCEPT:
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8"), "make golden accepts it"


@pytest.mark.parametrize("tag", WALKS)
def test_a_transcript_says_what_matters(tag: str) -> None:
    """Read off the accepted file: that a score has come is said once, and all that Tab finds has a name."""
    text = (GOLDEN / f"{tag}.heard.txt").read_text("utf-8")
    arrived = text.partition("\nready, by itself\n")[2].partition("  reads:")[0]
    assert len(re.findall(r"^  says: \S", arrived, re.MULTILINE)) == 1
    for role in re.findall(r"^  focus: (button|link|textbox|searchbox|combobox|radio|checkbox)$", text, re.MULTILINE):
        pytest.fail(f"a {role} without a name")


def test_how_many_findings_are_shown_is_heard_from_the_first_filter_on() -> None:
    text = (GOLDEN / "document-sidebar.heard.txt").read_text("utf-8")
    assert re.findall(r"^  says: (\d+ of 19 shown)$", text, re.MULTILINE)[:1] == ["3 of 19 shown"]
