"""The elements in a host's page, in a real browser: requests, events, failures, policies."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_inlay import Answer, FakeHost, FakeInlay, badges

pytestmark = pytest.mark.browser
Show = Callable[..., Page]
LEADS = [f"Lead/{n}" for n in range(1, 51)]


def badge(page: Page, record: str = "Lead/1") -> object:
    return page.locator(f'inlay-score-badge[record="{record}"]')


def told(page: Page) -> list[list[str]]:
    found: list[list[str]] = page.evaluate("told")
    return found


def test_fifty_badges_make_three_requests(show: Show, inlay: FakeInlay, host: FakeHost) -> None:
    asked: list[str] = []
    page = show("")
    page.on("request", lambda request: asked.append(request.url))
    host.body = host.body.replace("<body>", f"<body>{badges(LEADS)}").replace('<script src="/host.js">', "<script>", 1)
    host.body = host.body.replace(
        "Inlay.configure({getToken: proof",
        "Inlay.configure({getToken: ({records}) => `proof of ${records.length}`",
    )
    page.goto(host.origin)
    expect(page.get_by_role("button", name="Score 82")).to_have_count(50)
    page.wait_for_timeout(500)
    assert [url.removeprefix(inlay.origin).removeprefix(host.origin) for url in asked] == [
        "/",
        "/embed/inlay.js",
        "/session",
    ]
    assert len(inlay.opened) == 1
    assert inlay.opened[0]["records"] == LEADS
    assert inlay.opened[0]["subject_token"] == ["proof of 50"]
    assert inlay.count("OPTIONS") == 0


def test_each_element_says_ready_once(show: Show) -> None:
    page = show(badges(LEADS[:3]))
    page.wait_for_function("told.length == 3")
    with page.expect_response("**/components:batch"):
        page.clock.fast_forward(1600)  # one poll later nothing new is said
    assert told(page) == [["ready", "score-badge", record, "ready"] for record in LEADS[:3]]
    assert page.evaluate("asked") == [{"connection": "acme", "component": "score-badge", "records": LEADS[:3]}]


def test_every_state_has_its_event_and_failure_is_never_ready(show: Show, inlay: FakeInlay) -> None:
    inlay.states = {"Lead/1": "denied", "Lead/2": "unavailable", "Lead/3": "stale", "Lead/4": "empty"}
    page = show(badges(LEADS[:4]))
    page.wait_for_function("told.length == 4")
    assert [(name, state) for name, _, _, state in told(page)] == [
        ("denied", "denied"),
        ("unavailable", "unavailable"),
        ("stale", "stale"),
        ("ready", "empty"),
    ]


def test_a_refused_session_is_denied_without_a_number(show: Show, inlay: FakeInlay) -> None:
    inlay.fault["/session"] = Answer(403, '{"error":"access_denied"}', "application/json")
    page = show(badges(["Lead/1"]))
    expect(badge(page)).to_contain_text("No access")
    assert [name for name, *_ in told(page)] == ["denied"]


def test_pending_completes_by_itself_and_is_announced(show: Show, inlay: FakeInlay) -> None:
    inlay.states["Lead/1"] = "pending"
    page = show(badges(["Lead/1"]))
    expect(badge(page)).to_contain_text("Scoring")
    assert page.locator("inlay-score-badge [role=status]").text_content() == ""
    inlay.states.clear()
    page.clock.fast_forward(800)
    expect(page.locator("inlay-score-badge [role=status]")).to_have_text("Score 82.")
    assert [name for name, *_ in told(page)] == ["pending", "ready"]


def test_a_change_shows_within_two_seconds_and_keeps_the_focus(show: Show, inlay: FakeInlay) -> None:
    page = show(badges(LEADS[:2]))
    page.get_by_role("button", name="Score 82").first.focus()
    inlay.scores["Lead/1"] = 91
    start = time.monotonic()
    expect(badge(page)).to_contain_text("Score 91")  # type: ignore[arg-type]
    assert time.monotonic() - start < 2
    assert page.evaluate("shadow().activeElement.textContent") == "Score 91"
    assert inlay.batches[-1]["item"][1].startswith("Lead/2".join(("score-badge ", " ")))


def test_a_dead_token_is_followed_by_a_new_proof_without_a_word(show: Show, inlay: FakeInlay) -> None:
    page = show(badges(["Lead/1"]))
    page.wait_for_function("told.length == 1")
    inlay.dead.add("token-1")
    inlay.scores["Lead/1"] = 91
    page.clock.fast_forward(1600)
    expect(badge(page)).to_contain_text("Score 91")  # type: ignore[arg-type]
    assert len(inlay.opened) == 2
    assert [name for name, *_ in told(page)] == ["ready", "ready"]


def test_a_lost_sign_in_is_told_once_keeps_the_content_and_can_be_mended(show: Show, inlay: FakeInlay) -> None:
    page = show(badges(["Lead/1"]))
    page.wait_for_function("told.length == 1")
    page.evaluate("window.signedOut = true")
    inlay.dead.add("token-1")
    page.clock.fast_forward(1600)
    again = page.get_by_role("button", name="Sign in again")
    expect(again).to_be_visible()
    expect(page.get_by_role("button", name="Score 82")).to_be_visible()
    again.click()
    page.wait_for_timeout(200)
    assert [name for name, *_ in told(page)] == ["ready", "auth-expired"]
    page.evaluate("window.signedOut = false")
    again.click()
    expect(again).to_be_hidden()
    assert [name for name, *_ in told(page)] == ["ready", "auth-expired", "ready"]


def test_what_the_viewer_must_do_is_told_to_the_page(show: Show, inlay: FakeInlay) -> None:
    """The host's sign-in wants to be told something: the page hands it on."""
    said = {"error": "interaction_required", "code": "sign-in-needed", "claims": '{"access_token":{}}'}
    inlay.fault["/session"] = Answer(401, json.dumps(said), "application/json")
    page = show("")
    page.evaluate("addEventListener('inlay-auth-expired', ({detail}) => (window.detail = detail))")
    page.evaluate("document.body.append(document.createElement('inlay-score-badge'))")
    page.evaluate("document.querySelector('inlay-score-badge').setAttribute('record', 'Lead/1')")
    page.wait_for_function("window.detail")
    detail = page.evaluate("window.detail")
    assert (detail["code"], detail["claims"], detail["record"]) == ("sign-in-needed", said["claims"], "Lead/1")
    expect(page.get_by_role("button", name="Sign in again")).to_be_visible()


def test_a_session_is_renewed_before_it_ends(show: Show, inlay: FakeInlay) -> None:
    inlay.expires_in = 1
    page = show(badges(["Lead/1"]))
    page.wait_for_function("told.length == 1")
    with page.expect_response("**/components:batch"):
        page.clock.fast_forward(1600)
    assert inlay.count("POST /session/renew") == 1
    assert inlay.batches[0]["token"] == ["token-1+"]
    assert len(inlay.opened) == 1


def test_a_failing_server_keeps_what_is_shown_and_is_told_once(show: Show, inlay: FakeInlay) -> None:
    page = show(badges(["Lead/1"]))
    page.wait_for_function("told.length == 1")
    inlay.fault["/components:batch"] = Answer(503, "", headers={"Retry-After": "1"})
    page.clock.fast_forward(1600)
    page.wait_for_function("told.length == 2")
    expect(page.get_by_role("button", name="Score 82")).to_be_visible()
    inlay.fault.clear()
    page.clock.fast_forward(3000)
    page.wait_for_function("told.length == 3")
    assert [name for name, *_ in told(page)] == ["ready", "unavailable", "ready"]


def test_a_server_that_never_answered_leaves_no_blank_box(show: Show, inlay: FakeInlay) -> None:
    inlay.fault["/session"] = Answer(500)
    page = show(badges(["Lead/1"]))
    retry = page.get_by_role("button", name="Try again")
    expect(retry).to_be_visible()
    inlay.fault.clear()
    retry.click()
    expect(page.get_by_role("button", name="Score 82")).to_be_visible()
    expect(retry).to_be_hidden()


def test_retry_in_a_fragment_fetches_at_once(show: Show, inlay: FakeInlay) -> None:
    inlay.states["Lead/1"] = "unavailable"
    page = show(badges(["Lead/1"]))
    retry = page.get_by_role("button", name="Not available")
    expect(retry).to_be_visible()
    inlay.states.clear()
    with page.expect_response("**/components:batch", timeout=500):
        retry.click()
    expect(page.get_by_role("button", name="Score 82")).to_be_visible()


def test_a_click_opens_the_card_and_escape_gives_the_focus_back(show: Show, inlay: FakeInlay) -> None:
    page = show(badges(LEADS[:2]))
    button = page.get_by_role("button", name="Score 82").first
    button.click()
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("Because of Lead/1")
    assert [form["style"] for form in inlay.batches if "style" in form] == [["score-card"]]
    assert len(inlay.opened) == 1  # the badge's own session opens it
    box, anchor = card.bounding_box(), button.bounding_box()
    assert box
    assert anchor
    assert 0 <= box["y"] - anchor["y"] - anchor["height"] < 20
    assert ["ready", "score-card", "Lead/1", "ready"] in told(page)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert page.evaluate("shadow().activeElement.textContent") == "Score 82"
    button.click()
    expect(card).to_be_visible()
    button.click()
    expect(card).to_be_hidden()


def test_a_badge_added_below_the_fold_waits_until_it_comes_near(show: Show, inlay: FakeInlay) -> None:
    page = show(badges(["Lead/1"]))
    page.wait_for_function("told.length == 1")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend',"
        "'<div style=height:3000px></div><inlay-score-badge id=far record=Lead/9>')"
    )
    page.wait_for_timeout(300)
    assert len(inlay.opened) == 1
    page.locator("#far").scroll_into_view_if_needed()
    expect(page.locator("#far")).to_contain_text("Score 82")
    assert inlay.opened[1]["records"] == ["Lead/9"]


def test_moving_asks_nothing_and_another_record_shows_nothing_of_the_first(show: Show, inlay: FakeInlay) -> None:
    inlay.scores["Lead/2"] = 12
    page = show(badges(["Lead/1"]) + "<div id=there></div>")
    page.wait_for_function("told.length == 1")
    page.evaluate("there.append(document.querySelector('inlay-score-badge'))")
    page.evaluate("document.body.moveBefore(document.querySelector('inlay-score-badge'), there)")
    expect(page.get_by_role("button", name="Score 82")).to_be_visible()
    assert len(inlay.opened) == 1
    change = "document.querySelector('inlay-score-badge').setAttribute('record', 'Lead/2'), shadow().textContent"
    assert page.evaluate(change) == ""
    expect(page.get_by_role("button", name="Score 12")).to_be_visible()
    assert len(inlay.opened) == 2


def test_the_proof_may_be_an_element_s_own_property_set_before_it_is_defined(show: Show, inlay: FakeInlay) -> None:
    own = "document.querySelector('inlay-score-badge').getToken = () => 'mine';"
    page = show(badges(LEADS[:2]) + f"<script>{own}</script>")
    page.wait_for_function("told.length == 2")
    assert sorted(form["subject_token"][0] for form in inlay.opened) == ["mine", "proof-1"]
    assert "mine" not in page.evaluate("document.querySelector('inlay-score-badge').outerHTML")


def test_nothing_happens_without_a_proof_and_then_it_does(show: Show, inlay: FakeInlay) -> None:
    page = show(badges(["Lead/1"]), settings='{connection: "acme"}')
    page.wait_for_timeout(200)
    assert inlay.opened == []
    page.evaluate("Inlay.configure({getToken: proof})")
    expect(page.get_by_role("button", name="Score 82")).to_be_visible()


def test_hidden_asks_nothing_and_seen_again_asks_at_once(show: Show, inlay: FakeInlay) -> None:
    page = show(badges(["Lead/1"]))
    page.wait_for_function("told.length == 1")
    turn = "(hidden) => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); "
    turn += "document.dispatchEvent(new Event('visibilitychange', {bubbles: true})); }"
    page.evaluate(turn, True)
    inlay.batches.clear()
    page.clock.fast_forward(5000)
    page.wait_for_timeout(100)
    assert inlay.batches == []
    with page.expect_response("**/components:batch", timeout=300):
        page.evaluate(turn, False)


def test_the_theme_is_the_page_s_unless_the_element_names_one(show: Show) -> None:
    page = show(badges(["Lead/1"]) + '<inlay-score-badge record="Lead/2" theme="dark"></inlay-score-badge>')
    page.wait_for_function("told.length == 2")
    schemes = "[...document.querySelectorAll('inlay-score-badge')].map((e) => getComputedStyle(e).colorScheme)"
    assert page.evaluate(schemes) == ["normal", "dark"]


def test_loading_twice_and_as_a_module_is_harmless(show: Show, inlay: FakeInlay) -> None:
    source = f"{inlay.origin}/embed/inlay.js"
    page = show(
        badges(["Lead/1"]) + f'<script src="{source}?2"></script><script type=module src="{source}?3"></script>'
    )
    expect(page.get_by_role("button", name="Score 82")).to_have_count(1)
    assert inlay.count("GET /embed/inlay.js") == 3
    assert len(inlay.opened) == 1


def test_as_a_module_alone(page: Page, inlay: FakeInlay, host: FakeHost) -> None:
    host.body = (
        f'<script src="/host.js"></script>{badges(["Lead/1"])}<script type=module>'
        f'import "{inlay.origin}/embed/inlay.js"; '
        'Inlay.configure({getToken: proof, connection: "acme"})</script>'
    )
    page.goto(host.origin)
    expect(page.get_by_role("button", name="Score 82")).to_be_visible()


@pytest.mark.parametrize("types", ["trusted-types inlay", "trusted-types 'none'", ""])
def test_under_a_strict_policy_of_the_host(
    page: Page, inlay: FakeInlay, host: FakeHost, types: str, faults: list[str]
) -> None:
    """Styles only from the host's files, scripts from it and us, trusted types, and even no policy for us."""
    host.policy = (
        f"default-src 'none'; style-src 'self'; script-src 'self' 'nonce-h' {inlay.origin}; "
        f"connect-src {inlay.origin}; require-trusted-types-for 'script'; {types}"
    )
    host.body = (
        f'<script src="/host.js"></script><script src="{inlay.origin}/embed/inlay.js" defer></script>'
        f"{badges(['Lead/1'])}<script nonce=h>addEventListener('DOMContentLoaded', () => "
        'Inlay.configure({getToken: proof, connection: "acme"}))</script>'
    )
    page.goto(host.origin)
    button = page.get_by_role("button", name="Score 82")
    expect(button).to_be_visible()
    assert button.get_attribute("data-opens") == "score-card"
    assert page.evaluate("getComputedStyle(shadow().querySelector('.score-badge')).display") == "inline-flex"
    button.click()
    expect(page.get_by_role("dialog")).to_contain_text("Because of Lead/1")
    # Where our policy is forbidden, trying to make it is the one thing that the host's policy reports.
    assert page.evaluate("blocked") == (["trusted-types"] if "none" in types else [])
    if "none" in types:
        faults.clear()


def test_after_signing_in_again_the_viewer_s_place_is_kept(show: Show, inlay: FakeInlay) -> None:
    """The open card, its open reasons, how far it was scrolled, and what was typed and not sent."""
    inlay.inside = "<label>Because<textarea></textarea></label>"
    page = show(badges(["Lead/1"]) + "<div style='block-size:3000px'></div>")
    page.get_by_label("Because").fill("They have no budget")
    page.get_by_role("button", name="Score 82").click()
    card = page.get_by_role("dialog")
    card.get_by_text("Why").click()
    page.evaluate("scrollTo(0, 40)")
    page.evaluate("document.addEventListener('inlay-auth-expired', ({detail}) => (window.why = detail))")
    page.evaluate("window.signedOut = true")
    inlay.dead.add("token-1")
    page.clock.fast_forward(1600)
    page.wait_for_function("window.why")
    assert page.evaluate("why.code") == "session-expired"
    inlay.scores["Lead/1"] = 91
    page.evaluate("window.signedOut = false; Inlay.refresh()")
    expect(card.get_by_role("heading", name="Score 91")).to_be_visible()
    expect(badge(page)).to_contain_text("Score 91")  # type: ignore[arg-type]
    expect(card.get_by_text("Because of Lead/1")).to_be_visible()
    assert page.get_by_label("Because").input_value() == "They have no budget"
    assert page.evaluate("scrollY") == 40


def test_a_denied_record_carries_its_code(show: Show, inlay: FakeInlay) -> None:
    inlay.states["Lead/1"] = "denied"
    page = show("")
    page.evaluate("addEventListener('inlay-denied', ({detail}) => (window.detail = detail))")
    page.evaluate("document.body.append(document.createElement('inlay-score-badge'))")
    page.evaluate("document.querySelector('inlay-score-badge').setAttribute('record', 'Lead/1')")
    page.wait_for_function("window.detail")
    assert page.evaluate("[detail.code, detail.record]") == ["denied", "Lead/1"]
