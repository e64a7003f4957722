"""The worklist as an element in a host's own page: each row is accepted by its own button, and taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.fake_inlay import Answer, FakeHost
from tests.browser.fake_list import FakeList

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def _list() -> Iterator[FakeList]:
    made = FakeList()
    yield made
    made.close()


@pytest.fixture
def inlay(_list: FakeList, host: FakeHost) -> FakeList:
    _list.reset(host.origin)
    return _list


@pytest.fixture
def worklist(page: Page, inlay: FakeList, host: FakeHost) -> Locator:
    told = "<script>self.told = []; addEventListener('inlay-review', ({detail}) => told.push(detail))</script>"
    setup = "<script>Inlay.configure({getToken: async () => 'proof', connection: 'acme'})</script>"
    panel = "<inlay-review-list records='Lead/1 Lead/2'></inlay-review-list>"
    host.body = f"{told}<script src='{inlay.origin}/embed/inlay.js'></script>{setup}{panel}"
    page.goto(host.origin)
    shown: Locator = page.locator("inlay-review-list .review-list")
    expect(shown.locator(".rows > li").first).to_be_visible()
    return shown


def test_a_row_is_accepted_and_taken_back_by_keyboard_and_nothing_is_selected(
    page: Page, inlay: FakeList, worklist: Locator
) -> None:
    first = worklist.get_by_role("button", name="Approve Ada Okafor")
    expect(worklist.get_by_role("checkbox")).to_have_count(0)
    first.focus()
    page.keyboard.press("Enter")
    expect(worklist.locator(".done").get_by_text("Ada Okafor").first).to_be_visible()
    expect(worklist.get_by_role("button", name="Accept Bram de Vries")).to_be_focused()
    page.keyboard.press("Enter")
    undo = worklist.get_by_role("button", name="Undo Bram de Vries")
    undo.press("Enter")
    expect(worklist.locator(".done li")).to_have_count(1)
    assert [each.rpartition(" ")[0] for each in inlay.given] == [
        "approve Lead/00QAB000000001 d001", "accept Lead/00QAB000000002 d002", "undo Lead/00QAB000000002 d002",
    ]  # fmt: skip
    assert [each["verdict"] for each in page.evaluate("told")] == ["approve", "accept", "undo"]


def test_who_was_slower_is_told_of_which_record_and_what_fails_can_be_tried_again(
    inlay: FakeList, worklist: Locator
) -> None:
    inlay.faster = {"Lead/00QAB000000002"}
    accept = worklist.get_by_role("button", name="Accept Bram de Vries")
    accept.click()
    expect(worklist.get_by_role("alert")).to_have_text("Bram de Vries: Meanwhile: Accepted by Ben Ito.")
    inlay.faster = set()
    inlay.fault["/reviews"] = Answer(503, "{}", "application/problem+json")
    accept.click()
    expect(worklist.get_by_role("alert")).to_contain_text("That did not work")
    inlay.fault.clear()
    accept.click()
    expect(worklist.locator(".done").get_by_text("Bram de Vries").first).to_be_visible()
    expect(worklist.get_by_role("alert")).to_be_empty()
