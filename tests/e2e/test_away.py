"""The core is away: what was known is shown with its age, what was not is said, and both mend themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.demo import Demo
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser
AGE = re.compile(r"^1 Min(ute|\.) alt$")
Window = Callable[..., Stage]


def test_an_outdated_score_says_so_and_an_unknown_one_can_be_retried(
    window: Window, demo: Demo, spare: Iterator[str]
) -> None:
    known = window().open(next(spare))
    before = known.score()
    new = window(locale="en-US")
    with demo.core_away():
        known.edit("Demo_Requested__c", known.other("Demo_Requested__c"))
        expect(known.badge).to_have_attribute("data-state", "stale")
        assert known.score() == before
        expect(known.badge.locator(".age")).to_have_text(AGE)
        expect(known.card.locator(".chip")).to_have_text(AGE)

        new.page.goto(demo.lead(next(spare), "layla"))
        expect(new.badge).to_have_attribute("data-state", "pending")
        expect(new.badge).to_contain_text("Scoring…")
        expect(new.badge).to_have_attribute("data-state", "unavailable")
        expect(new.badge).to_contain_text("Not available")
        expect(new.card).to_have_attribute("data-state", "unavailable")
        expect(new.card).to_contain_text("The score is not available right now.")
        assert "Traceback" not in known.words_of_inlay() + new.words_of_inlay()
    new.card.get_by_role("button", name="Try again").click()
    expect(new.card).to_have_attribute("data-state", "ready")
    expect(known.badge).to_have_attribute("data-state", "ready")
    expect(known.number).not_to_have_text(str(before))
    for stage in (known, new):
        assert {fault for fault in stage.faults if "503" not in fault} == set()
        stage.faults.clear()  # a browser writes down every 503 by itself
