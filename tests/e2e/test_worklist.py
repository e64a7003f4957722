"""The worklist on a home page: accepted by keys alone, a second reviewer is told, and taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.demo import Demo
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser
Window = Callable[..., Stage]


def worklist(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title='To review']")


def test_a_batch_is_accepted_by_keys_a_second_reviewer_is_told_and_it_is_undone(window: Window, demo: Demo) -> None:
    zoe, dana = window().page, window().page
    zoe.goto(f"{demo.crm}/leads?as=zoe")  # so that some were scored
    expect(zoe.locator("inlay-score-badge .score-badge[data-state=ready]").first).to_be_visible()
    for page, who in ((zoe, "zoe"), (dana, "dana")):
        page.goto(f"{demo.crm}/today?as={who}")
        expect(worklist(page).locator(".rows > li").nth(3)).to_be_visible()
    first = worklist(zoe).locator(".rows > li").first.get_attribute("data-row")
    dana.route("**/components/**", lambda route: route.fulfill(status=304))  # she sees what was there when she looked

    worklist(zoe).locator(".pick").first.focus()
    for key in ("Space", "j", "Space", "j", "Space", "a"):
        zoe.keyboard.press(key)
    expect(worklist(zoe).locator(".done li")).to_have_count(3)
    expect(worklist(zoe).locator(f".rows [data-row='{first}']")).to_have_count(0)

    worklist(dana).locator(f".rows [data-row='{first}'] .pick").focus()
    dana.keyboard.press("a")
    expect(worklist(dana).get_by_role("alert")).to_contain_text("Meanwhile: Accepted by Zoë Müller")

    zoe.keyboard.press("u")
    expect(worklist(zoe).locator(".done li")).to_have_count(0)
    expect(worklist(zoe).locator(f".rows [data-row='{first}']")).to_have_count(1)
    said = [
        row["event"] for row in demo.rows("SELECT event FROM audit WHERE record = ? AND event LIKE 'review%'", first)
    ]
    assert said == ["review.given", "review.conflict", "review.undone"]
