"""The panel's own page in a frame of another site, under its real policy: bridge, polling, sandboxes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Frame, FrameLocator, Page, expect

from tests.browser.fake_inlay import NONCE, Answer, FakeHost, FakeInlay

pytestmark = pytest.mark.browser
Embed = Callable[..., FrameLocator]
LAUNCH = {"token": "t", "expires_in": 600, "component": "score-badge", "record": "Lead/1"}
SANDBOXES = ["", "allow-scripts allow-forms allow-same-origin", "allow-scripts allow-forms"]


@pytest.fixture
def embed(page: Page, inlay: FakeInlay, host: FakeHost) -> Embed:
    """Open the host's page with the panel in a frame of this sandbox."""

    def opened(sandbox: str = "", before: str = "") -> FrameLocator:
        allowed = f'sandbox="{sandbox}"' if sandbox else ""
        frame = f'<iframe title="Score" src="{inlay.origin}/launch/acme" {allowed}></iframe>'
        host.body = f'<script src="/bridge.js"></script>{before}{frame}'
        page.goto(host.origin)
        return page.frame_locator("iframe")

    return opened


def until(frame: Frame, truth: str) -> None:
    """Wait in a frame whose policy forbids eval, which Playwright's own waiting inside the page needs."""
    for _ in range(500):
        if frame.evaluate(truth):
            return
        time.sleep(0.01)
    raise AssertionError(f"it never came: {truth}")


def inner(page: Page) -> Frame:
    return page.frames[1]


def types(page: Page) -> list[str]:
    """What the host was told, without the frame's measures."""
    found: list[str] = page.evaluate("came.map(({data}) => data.type)")
    return [name for name in found if name != "inlay-resize"]


@pytest.mark.parametrize("sandbox", SANDBOXES)
def test_a_panel_lives_in_every_sandbox(page: Page, inlay: FakeInlay, embed: Embed, sandbox: str) -> None:
    """First sight without htmx, polling answered 304, a change morphed in with the focus kept."""
    panel = embed(sandbox)
    button = panel.get_by_role("button", name="Score 82")
    expect(button).to_be_visible()
    page.wait_for_function("came.some(({data}) => data.type == 'inlay-resize' && data.detail.height > 10)")
    assert types(page) == ["inlay-hello", "inlay-ready"]
    assert page.evaluate("came[0].origin") == ("null" if sandbox and "same-origin" not in sandbox else inlay.origin)
    with page.expect_response("**/components/score-badge*") as polled:
        page.clock.fast_forward(1600)
    assert polled.value.status == 304
    assert inlay.count("GET /static/vendor") == 0
    button.focus()
    inlay.scores["Lead/1"] = 91
    page.clock.fast_forward(1600)
    expect(panel.get_by_role("button", name="Score 91")).to_be_focused()
    expect(panel.get_by_role("status")).to_have_text("Score 91.")
    assert inlay.heads[-1]["authorization"] == "Bearer launched"
    assert types(page) == ["inlay-hello", "inlay-ready", "inlay-ready"]


def test_the_launch_leaves_the_page(page: Page, embed: Embed) -> None:
    panel = embed()
    expect(panel.get_by_role("button", name="Score 82")).to_be_visible()
    page.wait_for_function("came.length > 1")
    frame = inner(page)
    assert "launched" not in frame.content()
    assert frame.evaluate("Object.keys(window).filter((key) => /inlay|token/i.test(key))") == []


def test_a_click_opens_the_card_below_and_the_frame_grows(page: Page, inlay: FakeInlay, embed: Embed) -> None:
    panel = embed()
    button = panel.get_by_role("button", name="Score 82")
    button.click()
    expect(panel.get_by_role("heading", name="Score 82")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    heights = page.evaluate("came.filter(({data}) => data.type == 'inlay-resize').map(({data}) => data.detail.height)")
    assert heights[-1] > heights[0] + 50
    panel.get_by_text("Why").click()
    inlay.scores["Lead/1"] = 91
    page.clock.fast_forward(1600)
    expect(panel.get_by_role("heading", name="Score 91")).to_be_visible()
    expect(panel.get_by_text("Because of Lead/1")).to_be_visible()  # still open
    panel.get_by_role("button", name="Score 91").click()
    expect(panel.get_by_role("heading")).to_be_hidden()
    assert [form["style"] for form in inlay.batches] == [["score-card"]]


def test_a_used_launch_shows_nothing_and_asks_for_another(page: Page, inlay: FakeInlay, embed: Embed) -> None:
    inlay.launch = {"used": True, "component": "score-badge", "record": "Lead/1"}
    panel = embed()
    expect(panel.get_by_text("This launch was used before.")).to_be_visible()
    page.wait_for_function("came.some(({data}) => data.type == 'inlay-auth-expired')")
    assert page.evaluate("came.find(({data}) => data.type == 'inlay-auth-expired').data.detail.code") == "used"
    assert inlay.heads == []
    page.evaluate("say('inlay-proof', {token: 'fresh'})")
    expect(panel.get_by_role("button", name="Score 82")).to_be_visible()
    assert inlay.opened[0]["subject_token"] == ["fresh"]
    assert inlay.opened[0]["connection"] == ["acme"]


def test_an_ended_session_is_renewed_and_else_told_once_and_mended_by_a_proof(
    page: Page, inlay: FakeInlay, embed: Embed
) -> None:
    inlay.expires_in = 1
    panel = embed()
    expect(panel.get_by_role("button", name="Score 82")).to_be_visible()
    with page.expect_response("**/components/score-badge*"):
        page.clock.fast_forward(1600)
    assert inlay.count("POST /session/renew") == 1
    assert inlay.heads[-1]["authorization"] == "Bearer launched+"
    inlay.dead |= {"launched" + "+" * renewals for renewals in range(1, 40)}
    page.clock.fast_forward(1600)
    again = panel.get_by_role("button", name="This panel's session has ended. Try again")
    expect(again).to_be_visible()
    expect(panel.get_by_role("button", name="Score 82")).to_be_visible()
    assert types(page).count("inlay-auth-expired") == 1
    inlay.expires_in = 600
    page.evaluate("say('inlay-proof', {token: 'fresh'})")
    expect(again).to_be_hidden()
    page.wait_for_function("came.at(-1).data.type == 'inlay-ready' || came.at(-2).data.type == 'inlay-ready'")


def test_failures_keep_what_is_good_and_refusals_do_not(page: Page, inlay: FakeInlay, embed: Embed) -> None:
    panel = embed()
    button = panel.get_by_role("button", name="Score 82")
    expect(button).to_be_visible()
    inlay.states["Lead/1"] = "unavailable"
    page.clock.fast_forward(1600)
    page.wait_for_function("came.some(({data}) => data.type == 'inlay-unavailable')")
    expect(button).to_be_visible()
    inlay.states["Lead/1"] = "denied"
    page.clock.fast_forward(3000)
    expect(panel.get_by_text("No access", exact=True)).to_be_visible()
    assert panel.get_by_role("button").count() == 0
    assert types(page)[-2:] == ["inlay-unavailable", "inlay-denied"]


def test_a_panel_that_opens_unavailable_can_be_retried_at_once(page: Page, inlay: FakeInlay, embed: Embed) -> None:
    inlay.states["Lead/1"] = "unavailable"
    panel = embed()
    retry = panel.get_by_role("button", name="Not available")
    expect(retry).to_be_visible()
    inlay.states.clear()
    retry.click()
    expect(panel.get_by_role("button", name="Score 82")).to_be_visible()
    assert types(page) == ["inlay-hello", "inlay-unavailable", "inlay-ready"]


@pytest.mark.parametrize("sandbox", SANDBOXES[1:])
def test_the_host_sets_theme_and_visibility(page: Page, inlay: FakeInlay, embed: Embed, sandbox: str) -> None:
    panel = embed(sandbox)
    page.wait_for_function("came.length > 2")
    page.evaluate("say('inlay-theme', {theme: 'dark', direction: 'rtl', locale: 'ar'})")
    expect(panel.locator("html")).to_have_attribute("data-theme", "dark")
    expect(panel.locator("html")).to_have_attribute("dir", "rtl")
    page.evaluate("say('inlay-visible', {visible: false})")
    page.wait_for_timeout(100)
    page.clock.fast_forward(1600)
    inlay.heads.clear()
    page.clock.fast_forward(5000)
    page.wait_for_timeout(100)
    assert inlay.heads == []
    with page.expect_response("**/components/score-badge*", timeout=400):
        page.evaluate("say('inlay-visible', {visible: true})")


WATCH = "window.refused = []; addEventListener('inlay-refused', (event) => refused.push(event.detail.reason))"


def test_messages_are_refused_by_name(page: Page, embed: Embed) -> None:
    expect(embed().get_by_role("button", name="Score 82")).to_be_visible()
    page.wait_for_function("came.length > 1")
    inner(page).evaluate(WATCH)
    refused = {
        "'text'": "shape",
        "null": "shape",
        "{inlay: 1, type: 'inlay-theme'}": "shape",
        "{inlay: 2, type: 'inlay-theme', detail: {theme: 'dark'}}": "version",
        "{inlay: 1, type: 'inlay-nonsense', detail: {}}": "shape",
        "{inlay: 1, type: 'toString', detail: {}}": "shape",
        "{inlay: 1, type: 'inlay-hello', detail: {nonce: 'guessed'}}": "instance",
    }
    for message in refused:
        page.evaluate(f"document.querySelector('iframe').contentWindow.postMessage({message}, '*')")
    until(inner(page), f"refused.length == {len(refused)}")
    assert inner(page).evaluate("refused") == list(refused.values())


def test_other_sources_and_other_origins_are_refused(page: Page, inlay: FakeInlay, embed: Embed) -> None:
    dark = "{inlay: 1, type: 'inlay-theme', detail: {theme: 'dark'}}"
    expect(embed().get_by_role("button", name="Score 82")).to_be_visible()
    page.wait_for_function("came.length > 1")
    inner(page).evaluate(WATCH)
    # a second frame beside it, of the very origin of the host
    page.evaluate(
        "(text) => document.body.append(Object.assign(document.createElement('iframe'), {srcdoc: text}))",
        f"<script>parent.frames[0].postMessage({dark}, '*')</script>",
    )
    until(inner(page), "refused.length")
    assert inner(page).evaluate("refused") == ["source"]


def test_a_host_at_another_origin_than_the_launch_says_is_told_nothing(
    page: Page, inlay: FakeInlay, embed: Embed, faults: list[str]
) -> None:
    inlay.launch = LAUNCH | {"origin": "http://elsewhere.example"}
    expect(embed().get_by_role("button", name="Score 82")).to_be_visible()
    inner(page).evaluate(WATCH)
    page.evaluate("say('inlay-theme', {theme: 'dark'})")
    until(inner(page), "refused.length")
    assert inner(page).evaluate("refused") == ["origin"]
    assert page.evaluate("came") == []


def test_in_a_sandbox_only_the_handshake_is_heard_and_only_once(page: Page, embed: Embed) -> None:
    expect(embed(SANDBOXES[2], "<script>quiet = true</script>").get_by_role("button", name="Score 82")).to_be_visible()
    page.wait_for_function("came.length == 1")
    inner(page).evaluate(WATCH)
    hand = """([type, nonce, times]) => { for (let n = 0; n < times; n++) {
      const {port1, port2} = new MessageChannel();
      const frame = document.querySelector('iframe').contentWindow;
      port1.onmessage = ({data}) => came.push({data, n});
      frame.postMessage({inlay: 1, type, detail: {nonce}}, '*', [port2]); } }"""
    nonce = page.evaluate("came[0].data.detail.nonce")
    page.evaluate(hand, ["inlay-hello", "guessed", 1])
    page.evaluate(hand, ["inlay-theme", nonce, 1])
    page.evaluate(hand, ["inlay-hello", nonce, 2])
    until(inner(page), "refused.length == 3")
    assert inner(page).evaluate("refused") == ["instance", "instance", "instance"]
    page.wait_for_function("came.some(({data}) => data.type == 'inlay-ready')")
    assert page.evaluate("[...new Set(came.slice(1).map(({n}) => n))]") == [0]


def test_a_growing_loop_ends(page: Page, embed: Embed) -> None:
    """A host that answers every measure with a taller frame, around content that follows the frame."""
    expect(embed().get_by_role("button", name="Score 82")).to_be_visible()
    page.evaluate("""addEventListener('message', ({data}) => { if (data.type == 'inlay-resize')
      document.querySelector('iframe').style.height = data.detail.height + 'px' })""")
    inner(page).evaluate("document.querySelector('main').style.setProperty('min-height', 'calc(100vh + 10px)')")
    page.wait_for_timeout(1200)
    heights: list[Any] = page.evaluate("came.filter(({data}) => data.type == 'inlay-resize')")
    assert 5 < len(heights) <= 31


def test_markup_in_a_fragment_needs_the_page_s_nonce_to_ask_anything(
    page: Page, inlay: FakeInlay, embed: Embed
) -> None:
    """An injected element is inert; one of ours is authorised and does not say where it is shown."""
    panel = embed()
    expect(panel.get_by_role("button", name="Score 82")).to_be_visible()
    ask = f'hx-get="{inlay.origin}/components/score-card?record=Lead/1" hx-swap="none"'
    inlay.inside = f'<i id=injected {ask}>one</i><i id=ours {ask} hx-nonce="{NONCE}">two</i>'
    page.clock.fast_forward(1600)
    expect(panel.locator("#injected")).to_be_attached()
    inlay.heads.clear()
    panel.locator("#injected").click()
    with page.expect_response(re.compile("/components/score-card")):
        panel.locator("#ours").click()
    asked = [head for head in inlay.heads if "hx-request" in head]
    assert len(asked) == 1
    assert asked[0]["authorization"] == "Bearer launched"
    assert "hx-current-url" not in asked[0]


def test_a_refusal_is_a_plain_page(page: Page, inlay: FakeInlay) -> None:
    from markupsafe import Markup

    from tests.browser.fake_inlay import RENDERER

    html = RENDERER.page(
        "panel-refused.html", style=Markup(""), code="refused", message="No <b>way</b>.", reference="AB12"
    )
    page.set_content(html)
    expect(page.get_by_role("main")).to_have_text("No <b>way</b>.Reference AB12")
    assert "<script" not in html
    assert page.title() == "No <b>way</b>."


def test_a_refused_proof_is_told_and_leaves_the_panel(page: Page, inlay: FakeInlay, embed: Embed) -> None:
    panel = embed()
    expect(panel.get_by_role("button", name="Score 82")).to_be_visible()
    inlay.fault["/session"] = Answer(400, '{"error":"invalid_grant"}', "application/json")
    page.evaluate("say('inlay-proof', {token: 'old'})")
    page.wait_for_function("came.some(({data}) => data.type == 'inlay-auth-expired')")
    expect(panel.get_by_role("button", name="Score 82")).to_be_visible()


def test_a_page_that_answers_every_word_with_a_refused_proof_asks_ever_less(
    page: Page, inlay: FakeInlay, embed: Embed
) -> None:
    panel = embed()
    expect(panel.get_by_role("button", name="Score 82")).to_be_visible()
    inlay.fault["/session"] = Answer(400, '{"error":"invalid_grant"}', "application/json")
    page.evaluate(
        """addEventListener("message", ({data}) =>
             data.type == "inlay-auth-expired" && say("inlay-proof", {token: "old"}));
           say("inlay-proof", {token: "old"})"""
    )
    for _ in range(20):
        page.clock.fast_forward(500)
        page.wait_for_timeout(50)
    assert 2 <= inlay.count("POST /session") <= 6


# --- the lifecycle reaches the host, and what the viewer was doing stays ---

FIELD = "<label>Note<textarea></textarea></label>" + "<br>" * 60
CLAIMS = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'


def detail(page: Page, name: str) -> dict[str, Any]:
    """What the host was told last under this name."""
    page.wait_for_function(f"came.some(({{data}}) => data.type == 'inlay-{name}')")
    found: dict[str, Any] = page.evaluate(f"came.findLast(({{data}}) => data.type == 'inlay-{name}').data.detail")
    return found


@pytest.mark.parametrize(
    ("code", "claims", "reference"),
    [("session-expired", None, None), ("sign-in-needed", CLAIMS, "AB12"), ("consent-needed", None, "CD34")],
)
def test_the_host_is_told_why_a_session_ended(
    page: Page, inlay: FakeInlay, embed: Embed, code: str, claims: str | None, reference: str | None
) -> None:
    expect(embed().get_by_role("button", name="Score 82")).to_be_visible()
    said = {"code": code, "claims": claims, "reference": reference, "title": "not for the host"}
    body = json.dumps({name: value for name, value in said.items() if value})
    inlay.fault["/components/score-badge"] = Answer(401, body, "application/problem+json")
    page.clock.fast_forward(1600)
    told = detail(page, "auth-expired")
    assert {name: value for name, value in told.items() if value} == {
        name: value
        for name, value in {"component": "score-badge", "record": "Lead/1", **said}.items()
        if value and name != "title"
    }


def test_a_launch_whose_host_wants_to_see_the_viewer_tells_the_page_at_once(
    page: Page, inlay: FakeInlay, embed: Embed
) -> None:
    inlay.launch = {"refused": "sign-in-needed", "claims": CLAIMS, "reference": "AB12", "component": "score-badge"}
    inlay.launch["record"] = "Lead/1"
    panel = embed()
    told = detail(page, "auth-expired")
    assert (told["code"], told["claims"], told["reference"]) == ("sign-in-needed", CLAIMS, "AB12")
    expect(panel.get_by_role("button", name="Try again")).to_be_visible()
    page.evaluate("say('inlay-proof', {token: 'fresh'})")
    expect(panel.get_by_role("button", name="Score 82")).to_be_visible()


def test_a_denied_panel_carries_its_code(page: Page, inlay: FakeInlay, embed: Embed) -> None:
    inlay.states["Lead/1"] = "denied"
    embed()
    assert detail(page, "denied")["code"] == "denied"


def test_a_proof_that_nobody_could_check_is_no_refusal(page: Page, inlay: FakeInlay, embed: Embed) -> None:
    expect(embed().get_by_role("button", name="Score 82")).to_be_visible()
    inlay.fault["/session"] = Answer(503, '{"code":"host-unavailable"}', "application/json")
    page.evaluate("say('inlay-proof', {token: 'good'})")
    assert detail(page, "unavailable")["code"] == "host-unavailable"


@pytest.mark.parametrize("sandbox", SANDBOXES)
def test_after_signing_in_again_the_viewer_s_place_is_kept(
    page: Page, inlay: FakeInlay, embed: Embed, sandbox: str
) -> None:
    """The open card, its open reasons, how far it was scrolled, and what was typed and not sent."""
    inlay.inside = FIELD
    panel = embed(sandbox)
    panel.get_by_role("button", name="Score 82").click()
    panel.get_by_text("Why").click()
    panel.get_by_label("Note").fill("They have no budget")
    frame = inner(page)
    frame.evaluate("document.scrollingElement.scrollTop = 40")
    frame.evaluate("document.querySelector('textarea').setSelectionRange(5, 9)")
    inlay.dead.add("launched")
    page.clock.fast_forward(1600)
    again = panel.get_by_role("button", name="This panel's session has ended. Try again")
    expect(again).to_be_visible()
    inlay.scores["Lead/1"] = 91  # meanwhile
    page.evaluate("say('inlay-proof', {token: 'fresh'})")
    expect(panel.get_by_role("heading", name="Score 91")).to_be_visible()
    expect(again).to_be_hidden()
    expect(panel.get_by_text("Because of Lead/1")).to_be_visible()
    expect(panel.get_by_label("Note")).to_have_value("They have no budget")
    expect(panel.get_by_label("Note")).to_be_focused()
    kept = "[document.scrollingElement.scrollTop, document.querySelector('textarea').selectionStart]"
    assert frame.evaluate(kept) == [40, 5]
    assert types(page)[-2:] == ["inlay-ready", "inlay-ready"]  # the badge and its card
