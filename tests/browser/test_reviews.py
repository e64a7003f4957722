"""Answering a score back, in a frame of ours and in an element: keys, focus, what is typed, and who was faster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.fake_card import FakeCard
from tests.browser.fake_inlay import Answer, FakeHost
from tests.components.test_browser import AXE, RUN_AXE

pytestmark = pytest.mark.browser
Embed = Callable[[], Locator]


@pytest.fixture(scope="module")
def _card() -> Iterator[FakeCard]:
    made = FakeCard()
    yield made
    made.close()


@pytest.fixture
def inlay(_card: FakeCard, host: FakeHost) -> FakeCard:
    _card.reset(host.origin)
    return _card


# a plain frame is what tests/e2e/test_reviews.py opens
@pytest.fixture(params=[pytest.param("frame", marks=pytest.mark.proof), "sandbox", "element"])
def embed(request: pytest.FixtureRequest, page: Page, inlay: FakeCard, host: FakeHost) -> Embed:
    """The card, in each way that a host may show it."""

    def opened() -> Locator:
        told = """<script>
          self.told = [];
          addEventListener("inlay-review", ({detail}) => told.push(detail));
          addEventListener("message", ({data}) => data?.type == "inlay-review" && told.push(data.detail));
          addEventListener("message", ({data, ports}) => data?.inlay && ports[0] && (ports[0].onmessage = () => 0));
        </script>"""
        if request.param == "element":
            setup = "<script>Inlay.configure({getToken: async () => 'proof', connection: 'acme'})</script>"
            panel = "<inlay-score-card record='Lead/1'></inlay-score-card>"
            host.body = f"{told}<script src='{inlay.origin}/embed/inlay.js'></script>{setup}{panel}"
        else:
            allowed = 'sandbox="allow-scripts allow-forms"' if request.param == "sandbox" else ""
            address = f"{inlay.origin}/launch/acme"
            host.body = f"{told}<iframe title='Score' width='380' height='700' src='{address}' {allowed}></iframe>"
        page.goto(host.origin)
        within: Any = page if request.param == "element" else page.frame_locator("iframe")
        card: Locator = within.locator(".score-card").first
        expect(card.locator("strong")).to_have_text("84")
        return card

    return opened


def test_an_override_by_keyboard_alone(page: Page, inlay: FakeCard, embed: Embed) -> None:
    """Opened, cancelled, opened again, sent, undone: the focus is always where one goes on."""
    card = embed()
    opener = card.get_by_role("button", name="Override")
    opener.focus()
    page.keyboard.press("Enter")
    value = card.get_by_label("New score")
    expect(value).to_be_focused()
    page.keyboard.press("Escape")
    expect(value).to_have_count(0)
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(value).to_be_focused()
    page.keyboard.type("61")
    page.keyboard.press("Enter")  # no reason yet: nothing is sent
    assert inlay.given == []
    card.get_by_label("Reason").select_option("other")
    card.get_by_label("Comment").fill("Their budget is gone.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(card.get_by_text("Set to 61 by you")).to_be_visible()
    expect(page.frames[-1].locator("[role=status]").last).to_contain_text("Set to 61 by you.")
    undo = card.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    [given] = inlay.given
    assert {name: given[name] for name in given if name != "token"} == {
        "component": "score-card", "record": "Lead/1", "decision": "d1", "item": "score", "version": "0",
        "verdict": "override", "value": "61", "reason": "other", "comment": "Their budget is gone.",
    }  # fmt: skip
    page.keyboard.press("Enter")
    expect(card.get_by_text("Set to 61")).to_have_count(0)
    expect(card.get_by_role("button", name="Accept")).to_be_focused()


def test_the_page_around_is_told_what_was_said_and_not_in_which_words(page: Page, embed: Embed) -> None:
    card = embed()
    card.get_by_role("button", name="Dismiss").click()
    card.get_by_label("Reason").select_option("data-wrong")
    card.get_by_label("Comment").fill("Between us")
    card.locator("form").get_by_role("button", name="Dismiss").click()
    expect(card.get_by_text("Dismissed by you")).to_be_visible()
    if page.locator("iframe[sandbox]").count():
        return  # what a port carries is tested with the bridges
    page.wait_for_function("told.length")
    [told] = page.evaluate("told")
    assert {**told, "record": "Lead/1"} == told
    assert (told["verdict"], told["reason"], "comment" in told) == ("dismiss", "data-wrong", False)


def test_a_cut_network_takes_nothing_that_was_typed(page: Page, inlay: FakeCard, embed: Embed) -> None:
    card = embed()
    card.get_by_role("button", name="Override").click()
    card.get_by_label("New score").fill("61")
    card.get_by_label("Reason").select_option("other")
    card.get_by_label("Comment").fill("A long thought that nobody wants to type twice")
    page.context.set_offline(True)
    submit = card.locator("form").get_by_role("button", name="Override")
    submit.click()
    expect(card.get_by_role("alert")).to_contain_text("No connection. What you typed is still here")
    expect(card.get_by_label("Comment")).to_have_value("A long thought that nobody wants to type twice")
    expect(card.get_by_label("New score")).to_have_value("61")
    assert inlay.given == []
    page.context.set_offline(False)
    submit.click()
    expect(card.get_by_text("A long thought that nobody wants to type twice")).to_be_visible()
    assert [each["value"] for each in inlay.given] == ["61"]


def test_to_accept_is_one_press_and_a_comment_can_follow_which_nothing_takes_away(
    page: Page, inlay: FakeCard, embed: Embed
) -> None:
    """By keyboard alone; neither the end of the time for an undo nor a cut network loses what was typed."""
    card = embed()
    card.get_by_role("button", name="Accept").press("Enter")
    expect(card.get_by_text("Accepted by you")).to_be_visible()
    assert [(each["verdict"], "comment" in each) for each in inlay.given] == [("accept", False)]
    expect(card.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Tab")
    expect(card.get_by_role("button", name="Add a comment")).to_be_focused()
    page.keyboard.press("Enter")
    comment = card.get_by_label("Comment")
    expect(comment).to_be_focused()
    page.keyboard.type("As their board said.")
    inlay.args["review"] = {**inlay.args["review"], "undo": False}
    page.clock.fast_forward(1600)
    expect(card.get_by_role("button", name="Add a comment")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(comment).to_have_value("As their board said.")
    page.context.set_offline(True)
    save = card.get_by_role("button", name="Save the comment")
    save.press("Enter")
    expect(card.get_by_role("alert")).to_contain_text("No connection. What you typed is still here")
    expect(comment).to_have_value("As their board said.")
    page.context.set_offline(False)
    save.press("Enter")
    expect(card.get_by_text("As their board said.")).to_be_visible()
    expect(comment).to_have_count(0)
    given = inlay.given[1]
    assert (given["verdict"], given["version"], given["comment"]) == ("accept", "1", "As their board said.")


def test_a_new_answer_wipes_no_form_and_who_was_slower_is_told(page: Page, inlay: FakeCard, embed: Embed) -> None:
    """The score changes and somebody else speaks while one types; nothing is sent over what they said."""
    card = embed()
    card.get_by_role("button", name="Dismiss").click()
    card.get_by_label("Reason").select_option("other")
    comment = card.get_by_label("Comment")
    comment.fill("Half a tho")
    comment.focus()
    inlay.args |= {"score": 55, "change": -29, "before": 84, "seen_at": inlay.args["computed_at"]}
    inlay.says("accepted")
    page.clock.fast_forward(1600)
    expect(card.get_by_text("Accepted by Ben Ito")).to_be_visible()
    expect(card.locator("strong")).to_have_text("55")
    expect(comment).to_have_value("Half a tho")
    expect(comment).to_be_focused()
    comment.press_sequentially("ught")
    submit = card.locator("form").get_by_role("button", name="Dismiss")
    submit.click()
    expect(card.get_by_role("alert")).to_have_text("Meanwhile: Accepted by Ben Ito. Decide again.")
    expect(comment).to_have_value("Half a thought")
    assert inlay.args["review"]["verdict"] == "accepted"
    submit.click()  # they have seen it, and decide again
    expect(card.get_by_text("Dismissed by you")).to_be_visible()
    assert [each["version"] for each in inlay.given] == ["0", "1"]


def test_what_was_typed_is_there_again_when_the_form_went_with_its_card(
    page: Page, inlay: FakeCard, embed: Embed
) -> None:
    card = embed()
    card.get_by_role("button", name="Dismiss").click()
    card.get_by_label("Comment").fill("Half a thought")
    ready = inlay.args
    pending = {"state": "pending", "score": None, "band": None, "reviewable": False}
    inlay.args = {**ready, **pending}
    page.clock.fast_forward(1600)
    expect(card.get_by_text("The score appears here by itself")).to_be_visible()
    inlay.args = ready
    page.clock.fast_forward(1600)
    card.get_by_role("button", name="Dismiss").click()
    expect(card.get_by_label("Comment")).to_have_value("Half a thought")
    card.get_by_role("button", name="Cancel").click()
    card.get_by_role("button", name="Dismiss").click()
    expect(card.get_by_label("Comment")).to_have_value("")


def test_a_refusal_is_said_in_words(inlay: FakeCard, embed: Embed) -> None:
    words = '{"code":"rate-limited","status":429,"detail":"Too many reviews at once."}'
    inlay.fault["/reviews"] = Answer(429, words, "application/problem+json")
    card = embed()
    card.get_by_role("button", name="Accept").click()
    expect(card.get_by_role("alert")).to_have_text("Too many reviews at once.")
    expect(card.get_by_role("button", name="Accept")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.proof)])
def test_axe_finds_nothing_in_an_open_form(page: Page, embed: Embed, inlay: FakeCard, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    inlay.locale = "de"
    card = embed()
    card.get_by_role("button", name="Ändern").click()
    expect(card.get_by_label("Neue Bewertung")).to_be_focused()
    frame = page.frames[-1]
    frame.evaluate(AXE)
    assert frame.evaluate(RUN_AXE, []) == []
