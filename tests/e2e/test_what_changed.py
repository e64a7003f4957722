"""What changed since somebody looked: a mark in a list, gone once the card was opened, which says what moved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.demo import Demo
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser


def test_whoever_looks_again_from_a_list_sees_that_it_moved_and_why(
    window: Callable[..., Stage], demo: Demo, spare: Iterator[str]
) -> None:
    lead = next(spare)
    stage = window().open(lead, form="element")
    before = stage.score()
    stage.page.goto("about:blank")
    colleague = window().open(lead, viewer="ben", form="element")
    colleague.edit("Demo_Requested__c", value := colleague.other("Demo_Requested__c"))
    expect(colleague.number).not_to_have_text(str(before), timeout=10_000)
    now = colleague.score()

    pages = [page for page in (4, 3) if lead in demo.leads(page=page)]
    stage.page.goto(f"{demo.crm}/leads?as=zoe&page={pages[0]}")
    badge = stage.page.locator(f'tr:has(a[href^="/lead/{lead}"]) inlay-score-badge').first
    mark = badge.locator(".change")
    expect(mark).to_have_text(re.compile(rf"[+−]{abs(now - before)}$"))
    said = "(mehr|weniger) als bei Ihrem letzten Blick"  # in Zoe's language
    expect(badge.get_by_role("button")).to_have_accessible_name(re.compile(said))

    badge.get_by_role("button").click()
    card = stage.page.get_by_role("dialog")
    moved = card.locator(".shifts li")
    expect(moved.filter(has_text="demo requested")).to_contain_text(value)
    effects = card.locator(".shifts").first.locator(".shift").first.inner_text()
    # points then, and now; which lead is spare decides whether the reason was among those that count
    assert len(re.findall(r"[+−]\d+,\d|–\s+nicht da", effects)) == 2, effects
    expect(mark).to_have_count(0)  # by itself, while the card is open
    expect(moved.filter(has_text="demo requested")).to_have_count(1)  # which goes on saying so
    assert stage.faults == []


@pytest.mark.parametrize("form", ["canvas", pytest.param("element", marks=pytest.mark.proof)])
def test_a_thumb_and_its_word_are_one_press_each_and_stay(
    window: Callable[..., Stage], spare: Iterator[str], form: str
) -> None:
    stage = window().open(next(spare), form=form)
    no, unclear = (
        stage.card.get_by_role("button", name=name, exact=True) for name in ("Nein", "Ich verstehe es nicht")
    )
    no.focus()
    stage.page.keyboard.press("Enter")
    expect(no).to_have_attribute("aria-pressed", "true")
    expect(no).to_be_focused()  # the press takes nobody's place away
    unclear.click()
    expect(unclear).to_have_attribute("aria-pressed", "true")
    stage.page.reload()
    expect(unclear).to_have_attribute("aria-pressed", "true")
    no.click()
    expect(unclear).to_have_count(0)
    assert stage.faults == []
