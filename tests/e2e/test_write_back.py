"""Answering back, as far as the host's record: an override is written there, audited, undone; and what the host refuses
is told in words, and is neither lost nor written twice. The CRM's own field history is the judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.e2e.demo import Demo
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser
PROOF = pytest.mark.proof  # the same road as the others, another trouble on it
Window = Callable[..., Stage]
OVERRIDDEN = [("AI verdict", "overridden"), ("Override", "22"), ("Override reason", "known-otherwise")]
UNDONE = [("AI verdict", ""), ("Override", ""), ("Override reason", "")]


def override(stage: Stage, value: str = "22") -> Locator:
    """As a person does, with a reason; the line of the card that tells of the record."""
    stage.card.get_by_role("button", name="Override", exact=True).first.click()
    stage.card.get_by_label("New score").fill(value)
    stage.card.get_by_label("Reason").select_option("known-otherwise")
    stage.card.locator("form").get_by_role("button", name="Override", exact=True).click()
    return stage.card.locator("[data-write-back]")


def held(stage: Stage, field: str) -> Locator:
    """What the CRM's page says that the record's field holds."""
    return stage.page.locator(f'[data-ai] [data-value="{field}"]')


def reviewed(demo: Demo, lead: str) -> list[tuple[str, str]]:
    """How the fields of reviews became what they are, by the CRM's history."""
    told = requests.get(f"{demo.crm}/lead/{lead}/ai", params={"as": "dana"}, timeout=5).json()["history"]
    names = {name for name, _ in OVERRIDDEN}
    return [(each["field"], each["is"]) for each in reversed(told) if each["field"] in names]


@contextmanager
def trouble(demo: Demo, kind: str) -> Iterator[None]:
    def put(on: str) -> None:
        requests.post(f"{demo.crm}/setup", data={"kind": kind, "on": on}, timeout=5).raise_for_status()

    put("on")
    try:
        yield
    finally:
        put("off")


@contextmanager
def administering(stage: Stage) -> Iterator[Page]:
    """An admin's browser: it has a cookie, and is told 401 before, as no viewer's may be."""
    browser = stage.page.context.browser
    assert browser is not None
    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(stage.demo.admin)
        page.get_by_role("button").first.click()
        yield page


def test_an_override_is_on_the_record_in_the_audit_and_undone(window: Window, spare: Iterator[str], demo: Demo) -> None:
    lead = next(spare)
    stage = window().open(lead, viewer="dana")
    line = override(stage)
    expect(line).to_have_attribute("data-write-back", "written")
    expect(line).to_contain_text("Written to the record")
    expect(held(stage, "AI_Override__c")).to_have_text("22")
    expect(held(stage, "AI_Override_Reason__c")).to_have_text("known-otherwise")
    expect(held(stage, "AI_Score__c")).not_to_have_text("–")
    stage.card.get_by_role("button", name="Undo").click()
    expect(line).to_have_attribute("data-write-back", "restored")
    expect(held(stage, "AI_Override__c")).to_have_text("–")
    assert reviewed(demo, lead) == OVERRIDDEN + UNDONE
    asked = "SELECT event FROM audit WHERE record = ? AND event LIKE ? ORDER BY seq"
    events = [row["event"] for row in demo.rows(asked, f"Lead/{lead}", "review.%")]
    assert events == ["review.given", "review.undone"]
    assert len(demo.rows(asked, f"Lead/{lead}", "writeback.queued")) == 2
    with administering(stage) as page:
        page.goto(f"{demo.admin}/audit?record=Lead/{lead}")
        expect(page.locator("main")).to_contain_text("writeback.written")
        expect(page.locator("main")).to_contain_text("review.given")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("rule", "AI fields are frozen during quarter close. Ask sales operations <ext. 4711>."),
        pytest.param("permission", "administrator", marks=PROOF),
    ],
)
def test_what_the_host_refuses_is_told_and_written_once_an_admin_replays_it(
    window: Window, spare: Iterator[str], demo: Demo, kind: str, words: str
) -> None:
    lead = next(spare)
    stage = window().open(lead, viewer="dana")
    expect(held(stage, "AI_Score__c")).not_to_have_text("–")
    with trouble(demo, kind):
        line = override(stage)
        expect(line).to_have_attribute("data-write-back", "refused")
        expect(line).to_contain_text(words)
    assert reviewed(demo, lead) == []
    with administering(stage) as page:
        page.goto(f"{demo.admin}/connections/crm/write-back")
        page.get_by_role("checkbox", name=f"Lead/{lead}").check()
        page.get_by_role("button", name="Replay what is ticked").click()
        expect(page.get_by_role("status")).to_contain_text("1 record is tried again")
    expect(line).to_have_attribute("data-write-back", "written")
    assert reviewed(demo, lead) == OVERRIDDEN


@PROOF
@pytest.mark.parametrize("kind", ["down", "throttled", "busy", "lost"])
def test_what_passes_is_told_and_written_once_by_itself(
    window: Window, spare: Iterator[str], demo: Demo, kind: str
) -> None:
    lead = next(spare)
    stage = window().open(lead, viewer="dana")
    expect(held(stage, "AI_Score__c")).not_to_have_text("–")
    with trouble(demo, kind):
        line = override(stage)
        if kind == "busy":  # others change other fields: that is no news to anybody
            expect(line).to_have_attribute("data-write-back", "written")
        else:
            expect(line).to_contain_text("as soon as it can be")
    expect(line).to_have_attribute("data-write-back", "written", timeout=30_000)
    assert reviewed(demo, lead) == OVERRIDDEN


@PROOF
def test_what_somebody_changed_by_hand_is_not_written_over(window: Window, spare: Iterator[str], demo: Demo) -> None:
    lead = next(spare)
    stage = window().open(lead, viewer="dana")
    line = override(stage)
    expect(line).to_have_attribute("data-write-back", "written")
    stage.edit("AI_Override__c", "35")
    stage.card.locator("details", has_text="Review again").locator("summary").click()
    override(stage, "44")
    expect(line).to_have_attribute("data-write-back", "conflict")
    expect(line).to_contain_text("by hand")
    expect(held(stage, "AI_Override__c")).to_have_text("35")
    stage.card.get_by_role("button", name="Undo").click()  # the verdict before holds again, and is not written either
    expect(stage.card.get_by_text("Set to 22 by you")).to_be_visible()
    expect(line).to_have_attribute("data-write-back", "conflict")
    stage.card.get_by_role("button", name="Undo").click()
    expect(line).to_have_attribute("data-write-back", "restored")
    expect(held(stage, "AI_Verdict__c")).to_have_text("–")
    expect(held(stage, "AI_Override__c")).to_have_text("35")
