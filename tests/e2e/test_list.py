"""The list page: fifty badges in one batch, and nothing that a host's policy would complain about."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Request, expect

from tests.e2e.demo import Demo, concerns
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser
Window = Callable[..., Stage]


def _note(asked: list[Request], one: Request) -> None:
    asked.append(one)


def test_fifty_badges_take_three_requests(window: Window, demo: Demo) -> None:
    told: list[str] = []
    for _ in range(5):  # scores that a busy machine did not make in time are there for the next visit
        stage, asked = window(), list[Request]()
        stage.page.on("request", partial(_note, asked))
        with stage.page.expect_response(f"{demo.inlay}/session") as session:
            stage.open_list()
        told = [one["state"] for one in session.value.json()["fragments"]]
        if set(told) == {"ready"}:
            break
    assert told == ["ready"] * 50
    numbers = stage.page.locator("inlay-score-badge .score-badge[data-state=ready] b")
    expect(numbers).to_have_count(50)
    assert len(set(numbers.all_inner_texts())) > 5
    mine = [f"{one.method} {one.url}" for one in asked if concerns(one.url, demo)]
    polls = [one for one in mine if one.endswith("/components:batch")]  # what a slow machine sees later
    first = [f"GET {demo.inlay}/embed/inlay.js", f"POST {demo.inlay}/session"]  # the page itself is the third
    assert mine == first + polls


def test_a_badge_of_the_list_opens_its_card_by_keyboard_alone(window: Window) -> None:
    stage = window().open_list()
    button = stage.page.locator("inlay-score-badge button[data-action]").first
    expect(button).to_be_visible()
    stage.page.locator("tbody a").first.focus()
    stage.page.keyboard.press("Tab")
    stage.page.keyboard.press("Enter")
    card = stage.page.get_by_role("dialog")
    expect(card.locator(".score-card[data-state=ready] .headline strong")).to_be_visible()
    assert card.locator(".headline strong").inner_text() == button.locator("b").inner_text()
    box = card.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    stage.page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert stage.page.evaluate("document.activeElement.localName") == "inlay-score-badge"
