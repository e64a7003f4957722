"""The dialects of other hosts: what our frame says to them, what it hears, and what it refuses, by its reason."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.fake_inlay import Answer, FakeHost, FakeInlay
from tests.browser.test_frame import WATCH, inner, until

pytestmark = pytest.mark.browser
LAUNCH = {"token": "t", "expires_in": 600, "component": "score-badge", "record": "Lead/1"}
INSTANCE = "_:AI_Panels:12:0:canvasapp"


def signed(instance: str) -> str:
    payload = json.dumps({"client": {"instanceId": instance}})
    return f"c2ln.{base64.b64encode(payload.encode()).decode()}"


@pytest.fixture
def canvas(page: Page, inlay: FakeInlay, host: FakeHost) -> FrameLocator:
    inlay.bridge, inlay.launch = "canvas", LAUNCH | {"instance": INSTANCE}
    host.body = (
        f'<script src="/canvas_host.js"></script><iframe title="Score" src="{inlay.origin}/launch/acme"></iframe>'
    )
    page.goto(host.origin)
    page.wait_for_function("said.some(({body}) => body.type == 'publish')")
    return page.frame_locator("iframe")


@pytest.fixture
def teams(page: Page, inlay: FakeInlay, host: FakeHost) -> FrameLocator:
    inlay.bridge, inlay.launch = "teamsjs", LAUNCH
    host.body = (
        f'<script src="/teams_host.js"></script><iframe title="Score" src="{inlay.origin}/launch/acme"></iframe>'
    )
    page.goto(host.origin)
    page.wait_for_function("funcs().includes('appInitialization.success')")
    return page.frame_locator("iframe")


def refused(page: Page, messages: dict[str, str], send: str) -> list[str]:
    """What our frame calls each of these messages, in their order; JavaScript of a message, sent by this call."""
    frame = inner(page)
    frame.evaluate(WATCH)
    for message in messages:
        page.evaluate(f"{send}({message})")
    until(frame, f"refused.length == {len(messages)}")
    found: list[str] = frame.evaluate("refused")
    return found


# --- canvas ---


def bodies(page: Page, kind: str) -> list[Any]:
    found: list[Any] = page.evaluate("(kind) => said.map(({body}) => body).filter((body) => body.type == kind)", kind)
    return found


def test_a_canvas_is_told_in_its_own_words_and_gets_no_token(
    page: Page, inlay: FakeInlay, canvas: FrameLocator
) -> None:
    expect(canvas.get_by_role("button", name="Score 82")).to_be_visible()
    page.wait_for_function("said.some(({body}) => body.type == 'resize')")
    said = page.evaluate("said")
    assert [one["seq"] for one in said] == list(range(1, len(said) + 1))
    client = {"oauthToken": "null", "instanceId": INSTANCE, "targetOrigin": inlay.host}
    for one in said:
        assert one | {"seq": 0, "body": 0} == {
            "seq": 0, "src": "client", "clientVersion": "41.0", "targetModule": "Canvas", "body": 0,
        }  # fmt: skip
        assert one["body"]["config"] == {"client": client}
    assert bodies(page, "subscribe")[0]["subscriptions"] == {"inlay.theme": {}, "inlay.visible": {}}
    [size] = {json.dumps(body["size"]) for body in bodies(page, "resize")[-1:]}
    assert json.loads(size)["height"].endswith("px")
    event = {"name": "inlay.ready", "payload": {"component": "score-badge", "state": "ready"}}
    assert bodies(page, "publish")[0]["event"] == event  # other apps hear it too: it names no record
    assert page.evaluate("strange") == []  # nothing but Canvas was said


def test_a_canvas_sets_theme_and_visibility(page: Page, canvas: FrameLocator) -> None:
    page.evaluate("publish('inlay.theme', {theme: 'dark', direction: 'rtl'})")
    expect(canvas.locator("html")).to_have_attribute("data-theme", "dark")
    expect(canvas.locator("html")).to_have_attribute("dir", "rtl")


def test_a_canvas_s_messages_are_refused_by_name(page: Page, canvas: FrameLocator) -> None:
    event = "{targetModule: 'Canvas', type: 'event', payload: {name: 'inlay.theme', method: 'onData', payload: {}}}"
    page.evaluate(
        f"event = (changes, said) => {{ const whole = {event}; const payload = said === null ? said : "
        "{...whole.payload, ...said}; return JSON.stringify({...whole, payload, ...changes}) }"
    )
    messages = {
        "{}": "shape",  # no text
        "'text'": "shape",
        "'null'": "shape",
        "'[]'": "shape",
        "event({targetModule: 'Other'})": "shape",
        "event({type: 'other'})": "shape",
        "event({}, null)": "shape",
        "event({}, {method: 'onComplete'})": "shape",
        "event({}, {name: 'toString'})": "shape",
        # any app on the page may publish: a proof is not taken from an event
        "event({}, {name: 'inlay.proof', payload: {token: 't'}})": "shape",
        "event({clientVersion: '40.0'})": "version",
        "JSON.stringify({targetModule: 'Canvas', type: 'callback', seq: 99, status: 200, payload: {}})": "instance",
        "JSON.stringify({targetModule: 'Canvas', type: 'callback', seq: 'toString', status: 200})": "instance",
    }  # fmt: skip
    assert refused(page, messages, "raw") == list(messages.values())


def lapse(page: Page, inlay: FakeInlay) -> None:
    inlay.dead.add("t")
    page.clock.fast_forward(1600)


def test_a_canvas_session_that_ended_goes_on_with_a_new_signed_request(
    page: Page, inlay: FakeInlay, canvas: FrameLocator
) -> None:
    """In place, without a word: the viewer sees nothing of it."""
    page.evaluate("(text) => fresh = {status: 200, payload: {response: text}}", signed(INSTANCE))
    inlay.scores["Lead/1"] = 91
    lapse(page, inlay)
    expect(canvas.get_by_role("button", name="Score 91")).to_be_visible()
    assert inlay.opened[0]["subject_token"] == [signed(INSTANCE)]
    assert inlay.opened[0]["subject_token_type"] == ["urn:inlay:token-type:signed-request"]
    assert bodies(page, "repost") == []
    assert "inlay.auth_expired" not in [body["event"]["name"] for body in bodies(page, "publish")]


@pytest.mark.parametrize(
    ("fresh", "reasons"),
    [
        ({"status": 200, "payload": {"response": signed("_:other:1:0:canvasapp")}}, ["instance"]),
        ({"status": 200, "payload": {"response": "no proof"}}, ["shape"]),
        ({"status": 403, "payload": [{"errorCode": "FORBIDDEN"}]}, []),
    ],
)
def test_without_a_good_one_the_viewer_is_asked_and_the_frame_begins_anew(
    page: Page, inlay: FakeInlay, canvas: FrameLocator, fresh: Any, reasons: list[str]
) -> None:
    page.evaluate("(given) => fresh = given", fresh)
    inner(page).evaluate(WATCH)
    lapse(page, inlay)
    again = canvas.get_by_role("button", name="This panel's session has ended. Try again")
    expect(again).to_be_visible()
    assert inner(page).evaluate("refused") == reasons
    assert inlay.opened == []
    expired = [body["event"] for body in bodies(page, "publish") if body["event"]["name"] == "inlay.auth_expired"]
    assert [event["payload"]["code"] for event in expired] == ["session-expired"]
    again.click()
    page.wait_for_function("said.some(({body}) => body.type == 'repost')")
    [repost] = bodies(page, "repost")
    assert (repost["accessToken"], repost["refresh"]) == ("null", True)


def test_a_canvas_that_was_loaded_again_asks_for_a_new_launch_at_once(
    page: Page, inlay: FakeInlay, host: FakeHost
) -> None:
    inlay.bridge = "canvas"
    inlay.launch = {"used": True, "instance": INSTANCE, "component": "score-badge", "record": "Lead/1"}
    host.body = f"<script src='/canvas_host.js'></script><iframe src='{inlay.origin}/launch/acme'></iframe>"
    page.goto(host.origin)
    page.wait_for_function("said.some(({body}) => body.type == 'repost')")
    assert bodies(page, "refresh") == []
    assert inlay.heads == []


# --- TeamsJS ---


def calls(page: Page, func: str) -> list[Any]:
    found: list[Any] = page.evaluate(
        "(func) => said.filter(({data}) => data.func == func).map(({data}) => data.args)", func
    )
    return found


def test_a_tab_says_what_the_library_says_and_takes_the_host_s_theme(page: Page, teams: FrameLocator) -> None:
    expect(teams.get_by_role("button", name="Score 82")).to_be_visible()
    expect(teams.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("funcs()") == ["initialize", "registerHandler", "getContext", "appInitialization.success"]
    page.evaluate("tell({func: 'themeChange', args: ['default']})")
    expect(teams.locator("html")).to_have_attribute("data-theme", "light")
    page.evaluate("tell({func: 'themeChange', args: ['contrast']})")
    expect(teams.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_tab_s_messages_are_refused_by_name(page: Page, teams: FrameLocator) -> None:
    known = page.evaluate("said[0].data.uuidAsString")
    messages = {
        "'text'": "shape",
        "null": "shape",
        "{}": "shape",
        "{func: 'themeChange'}": "shape",
        "{func: 'themeChange', args: []}": "shape",
        "{func: 'somethingElse', args: []}": "shape",
        "{id: 99, args: []}": "instance",
        "{id: 'toString', args: []}": "instance",
        "{id: 0, uuidAsString: 'guessed', args: []}": "instance",
        f"{{id: 0, uuidAsString: '{known}', args: []}}": "instance",  # each answer counts once
    }
    assert refused(page, messages, "tell") == list(messages.values())


@pytest.mark.parametrize("runtime", ["{apiVersion: 5}", "{}"])
def test_a_runtime_from_the_future_is_refused(page: Page, inlay: FakeInlay, host: FakeHost, runtime: str) -> None:
    inlay.bridge, inlay.launch = "teamsjs", LAUNCH
    late = "document.body.append(Object.assign(document.createElement('iframe'), {src}))"
    host.body = f'<script src="/teams_host.js"></script><body><script>runtime = {runtime}; place = "task"</script>'
    page.goto(host.origin)
    page.evaluate(f"(src) => {late}", f"{inlay.origin}/launch/acme")
    expect(page.frame_locator("iframe").get_by_role("button", name="Score 82")).to_be_visible()
    page.wait_for_timeout(200)
    assert page.evaluate("funcs()") == ["initialize"]


def test_old_hosts_answer_by_number_and_a_dialog_may_grow(page: Page, inlay: FakeInlay, host: FakeHost) -> None:
    inlay.bridge, inlay.launch = "teamsjs", LAUNCH
    host.body = (
        "<script>old = true</script><script src='/teams_host.js'></script><script>place = 'task'</script>"
        f"<iframe src='{inlay.origin}/launch/acme'></iframe>"
    )
    page.goto(host.origin)
    page.wait_for_function("funcs().includes('tasks.updateTask')")
    assert calls(page, "tasks.updateTask")[0][0]["height"] > 10


def test_a_denied_tab_says_so_to_its_host(page: Page, inlay: FakeInlay, host: FakeHost) -> None:
    inlay.bridge, inlay.launch = "teamsjs", LAUNCH
    inlay.states["Lead/1"] = "denied"
    host.body = f"<script src='/teams_host.js'></script><iframe src='{inlay.origin}/launch/acme'></iframe>"
    page.goto(host.origin)
    page.wait_for_function("funcs().includes('appInitialization.expectedFailure')")
    assert calls(page, "appInitialization.expectedFailure")[0][0] == "PermissionError"


def shell(inlay: FakeInlay, host: FakeHost) -> None:
    """A tab opens its page by its address alone, and the page knows the origins that it may be in."""
    inlay.bridge = "teamsjs"
    inlay.launch = {"origins": ["https://other.example", host.origin], "component": "score-badge", "record": "Lead/1"}


def test_a_tab_opened_without_a_proof_gets_one_from_its_host(page: Page, inlay: FakeInlay, host: FakeHost) -> None:
    shell(inlay, host)
    host.body = f"<script src='/teams_host.js'></script><iframe src='{inlay.origin}/launch/acme'></iframe>"
    page.goto(host.origin)
    expect(page.frame_locator("iframe").get_by_role("button", name="Score 82")).to_be_visible()
    assert inlay.opened[0]["subject_token"] == ["token-1"]
    assert calls(page, "authentication.getAuthToken") == [[None, None, True, None]]  # silently


def test_claims_reach_the_host_s_sign_in_and_its_dialog_comes_at_a_click(
    page: Page, inlay: FakeInlay, host: FakeHost
) -> None:
    claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    said = {"error": "interaction_required", "code": "sign-in-needed", "claims": claims}
    shell(inlay, host)
    inlay.fault["/session"] = Answer(401, json.dumps(said), "application/json")
    host.body = f"<script src='/teams_host.js'></script><iframe src='{inlay.origin}/launch/acme'></iframe>"
    page.goto(host.origin)
    panel = page.frame_locator("iframe")
    again = panel.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    inlay.fault.clear()
    again.click()
    expect(panel.get_by_role("button", name="Score 82")).to_be_visible()
    assert calls(page, "authentication.getAuthToken")[1] == [None, [claims], False, None]
    assert inlay.opened[0]["subject_token"] == ["token-2"]


def test_a_canvas_out_of_sight_says_its_height_all_the_same(page: Page, inlay: FakeInlay, host: FakeHost) -> None:
    """Browsers do not draw such a frame: no observer of sizes speaks in it, and it would stay as the host made it."""
    inlay.bridge, inlay.launch = "canvas", LAUNCH | {"instance": INSTANCE}
    frame = f'<iframe title="Score" src="{inlay.origin}/launch/acme"></iframe>'
    host.body = f'<script src="/canvas_host.js"></script><div style="height: 9000px"></div>{frame}'
    page.goto(host.origin)
    page.wait_for_function("said.some(({body}) => body.type == 'resize' && parseFloat(body.size.height) > 10)")


def test_a_frame_that_may_be_in_several_pages_speaks_to_the_one_that_it_is_in(
    page: Page, inlay: FakeInlay, host: FakeHost
) -> None:
    """To any other the browser would refuse each word, loudly, in the console of the page around."""
    warned: list[str] = []
    page.on("console", lambda each: warned.append(each.text))
    inlay.launch = {"component": "score-badge", "record": "Lead/1", "origins": ["http://other.example", host.origin]}
    frame = f'<iframe title="Score" src="{inlay.origin}/launch/acme"></iframe>'
    host.body = f'<script src="/bridge.js"></script>{frame}'
    page.goto(host.origin)
    page.wait_for_function("came.some(({data}) => data.type == 'inlay-auth-expired')")
    assert [each for each in warned if "postMessage" in each] == []
