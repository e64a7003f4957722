"""Answering a score back, in the demo: one reviewer and the audit, and two who are there at one moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.demo import Demo
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser
PROOF = pytest.mark.proof  # in the other forms of embedding: tests/browser/test_reviews.py goes through each
Window = Callable[..., Stage]
SAID = "SELECT event, viewer, reason, detail FROM audit WHERE event LIKE 'review.%' AND record = ? ORDER BY seq"


def override(card: Locator, value: int, comment: str = "") -> None:
    card.get_by_role("button", name="Override", exact=True).first.click()
    card.get_by_label("New score").fill(str(value))
    card.get_by_label("Reason").select_option("known-otherwise")
    card.get_by_label("Comment").fill(comment)


def send(card: Locator, name: str) -> None:
    card.locator("form").get_by_role("button", name=name, exact=True).click()


def audited(demo: Demo, lead: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What the audit says of a record's reviews: event, viewer, and the rest."""
    rows = demo.rows(SAID, f"Lead/{lead}")
    return [(row["event"], row["viewer"], {"reason": row["reason"]} | json.loads(row["detail"])) for row in rows]


@pytest.mark.parametrize("form", ["canvas", *(pytest.param(each, marks=PROOF) for each in ("element", "sandbox"))])
def test_an_override_is_seen_by_all_is_in_the_audit_and_is_undone(
    window: Window, demo: Demo, spare: Iterator[str], form: str
) -> None:
    lead = next(spare)
    stage = window().open(lead, viewer="dana", form=form)
    override(stage.card, 61, "Their budget is gone.")
    send(stage.card, "Override")
    expect(stage.card.get_by_text("Set to 61 by you")).to_be_visible()
    zoe = window().open(lead, viewer="zoe", form="canvas")
    expect(zoe.card.get_by_text("Auf 61 gesetzt von Dana Park")).to_be_visible()
    expect(zoe.card.get_by_text("Their budget is gone.")).to_be_visible()
    [(event, viewer, said)] = audited(demo, lead)
    assert (event, said["verdict"], said["value"], said["reason"]) == (
        "review.given", "overridden", 61.0, "known-otherwise",
    )  # fmt: skip
    assert "budget" not in json.dumps(said)
    undo = stage.card.get_by_role("button", name="Undo")
    undo.click()
    expect(stage.card.get_by_text("Set to 61")).to_have_count(0)
    expect(zoe.card.get_by_text("Auf 61 gesetzt")).to_have_count(0)
    assert [(each[0], each[1]) for each in audited(demo, lead)] == [("review.given", viewer), ("review.undone", viewer)]


def test_the_second_of_two_reviewers_is_told_and_overwrites_nothing(
    window: Window, demo: Demo, spare: Iterator[str]
) -> None:
    """Both have their forms open; the slower one keeps what they typed, sees who was faster, and decides again."""
    lead = next(spare)
    dana, layla = window().open(lead, viewer="dana"), window().open(lead, viewer="layla", form="element")
    override(layla.card, 20, "A thought of my own")
    override(dana.card, 61)
    send(dana.card, "Override")
    expect(dana.card.get_by_text("Set to 61 by you")).to_be_visible()
    send(layla.card, "Override")
    expect(layla.card.get_by_role("alert")).to_contain_text("Meanwhile: Set to 61 by Dana Park")
    expect(layla.card.get_by_label("Comment")).to_have_value("A thought of my own")
    expect(layla.card.get_by_text("Set to 61 by Dana Park").first).to_be_visible()
    send(layla.card, "Override")
    expect(layla.card.get_by_text("Set to 20 by you")).to_be_visible()
    expect(dana.card.get_by_text("Set to 20 by")).to_be_visible()
    layla.faults = [fault for fault in layla.faults if "409" not in fault]  # the browser's own line of that answer
    assert [event for event, _, _ in audited(demo, lead)] == ["review.given", "review.conflict", "review.given"]


def test_the_cards_of_badges_take_reviews_too(window: Window, spare: Iterator[str]) -> None:
    """A card that a badge opens within its frame, and one over a list of the host's."""
    stage = window().open(next(spare), viewer="dana")
    frame = stage.page.frame_locator(".frame-score-badge iframe")
    frame.get_by_role("button", name="100").click()
    card = frame.locator(".score-card")
    card.get_by_role("button", name="Accept").click()
    expect(card.get_by_text("Accepted by you")).to_be_visible()
    expect(stage.card.get_by_text("Accepted by you")).to_be_visible()
    at = window().open_list("dana")
    at.page.locator("inlay-score-badge button").first.click()
    opened = at.page.locator("inlay-score-card .score-card").first
    opened.get_by_role("button", name="Dismiss").click()
    opened.get_by_label("Reason").select_option("other")
    opened.locator("form").get_by_role("button", name="Dismiss").click()
    expect(opened.get_by_text("Dismissed by you")).to_be_visible()
