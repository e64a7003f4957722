"""The hosts' own libraries, unmodified, on our wire: beside our frame in one host, and between our frame and its host.

What the library says and what we say are compared word for word; and where the library has a host's side, our frame
speaks with that. Their origins are real to the browser: its requests are answered here.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.fake_inlay import HERE, FakeHost, FakeInlay
from tests.npm import package

pytestmark = pytest.mark.browser
HOST, OURS, THEIRS = "https://teams.microsoft.com", "https://inlay.example", "https://panel.example"
HEAD = "<!doctype html><meta charset=utf-8><title>Page</title>"
INSTANCE = "_:Inlay:badge:0:canvasapp"
LAUNCH = {"component": "score-badge", "record": "Lead/1"}


@pytest.fixture(scope="module")
def library() -> str:
    return package("@microsoft/teams-js").joinpath("dist/umd/MicrosoftTeams.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def sdk() -> str:
    return package("@salesforce/canvas-js-sdk").joinpath("js/canvas-all.js").read_text("utf-8")


@pytest.fixture
def pages(page: Page, inlay: FakeInlay) -> dict[str, str]:
    """What each address of the three sites answers; ours is the fake Inlay, under its own name."""
    given: dict[str, str] = {}

    def answer(route: Route) -> None:
        url = route.request.url
        if url.startswith(OURS):
            route.fulfill(response=route.fetch(url=inlay.address + url.removeprefix(OURS)))
        elif url in given:
            route.fulfill(body=given[url], content_type="text/javascript" if url.endswith(".js") else "text/html")
        else:
            route.abort()  # the library looks for a newer list of hosts; it has one

    page.route(re.compile("^https://"), answer)
    inlay.origin, inlay.host = OURS, f"{HOST} {THEIRS}"  # who may frame it
    return given


def frame(source: str, name: str = "") -> str:
    return f'<iframe name="{name}" src="{source}"></iframe>'


# --- TeamsJS ---

CLIENT = """
const {app, authentication, dialog} = microsoftTeams;
window.themes = [];
(async () => {
  await app.initialize();
  app.registerOnThemeChangeHandler((theme) => themes.push(theme));
  window.context = await app.getContext();
  app.notifySuccess();
  dialog.update.resize({height: 321});
  app.notifyExpectedFailure({reason: app.ExpectedFailureReason.PermissionError});
  window.token = await authentication.getAuthToken({silent: true});
  await authentication.getAuthToken({claims: ["{}"], silent: false});
})();
"""


def hosted(pages: dict[str, str], library: str, *inside: str, place: str = "task") -> str:
    """A page that hosts tabs, with these frames."""
    script = HERE.joinpath("teams_host.js").read_text("utf-8")
    pages[f"{HOST}/host"] = f"{HEAD}<script>{script}; place = '{place}'</script>{''.join(inside)}"
    pages[f"{THEIRS}/library.js"] = library
    return f"{HOST}/host"


def said(page: Page, which: int) -> dict[str, list[Any]]:
    """What one of the frames said to its host: function -> arguments of each call."""
    calls: dict[str, list[Any]] = {}
    for each in page.evaluate(f"said.filter(({{frame}}) => frame == {which}).map(({{data}}) => data)"):
        calls.setdefault(each["func"], []).append(each["args"])
    return calls


def test_our_tab_says_what_the_library_says(page: Page, inlay: FakeInlay, pages: dict[str, str], library: str) -> None:
    """Beside each other in one host: every call of ours is one that the library makes, with its arguments."""
    pages[f"{THEIRS}/tab"] = f"{HEAD}<script src=library.js></script><script>{CLIENT}</script>"
    inlay.bridge = "teamsjs"
    inlay.launch = LAUNCH | {"origins": [HOST]}
    page.goto(hosted(pages, library, frame(f"{THEIRS}/tab", "theirs"), frame(f"{OURS}/launch/acme", "ours")))
    expect(page.frame_locator("[name=ours]").get_by_role("button", name="Score 82")).to_be_visible()
    page.wait_for_function("funcs(0).filter((each) => each == 'authentication.getAuthToken').length == 2")
    page.wait_for_function("funcs(1).includes('tasks.updateTask') && funcs(1).includes('appInitialization.success')")
    theirs, ours = said(page, 0), said(page, 1)
    assert ours.keys() == theirs.keys() - {"appInitialization.expectedFailure"}
    assert ours["initialize"] == theirs["initialize"]
    for name in ("registerHandler", "getContext", "appInitialization.success"):
        assert ours[name][0] in theirs[name]
    assert (
        ours["authentication.getAuthToken"] == [[None, None, True, None]] == theirs["authentication.getAuthToken"][:1]
    )
    assert [*ours["tasks.updateTask"][0][0]] == [*theirs["tasks.updateTask"][0][0]] == ["height"]
    fields = "new Set(said.filter((each) => each.frame == %d).flatMap(({data}) => Object.keys(data)))"
    mine, known = (set(page.evaluate(f"[...{fields % which}]")) for which in (1, 0))
    assert {"id", "uuidAsString", "func", "args"} <= mine <= known
    # and the host's theme reaches both
    page.evaluate("tell({func: 'themeChange', args: ['contrast']}, 0)")
    page.evaluate("tell({func: 'themeChange', args: ['contrast']}, 1)")
    expect(page.frame_locator("[name=ours]").locator("html")).to_have_attribute("data-theme", "dark")
    tab = page.frame(name="theirs")
    assert tab is not None
    tab.wait_for_function("themes.includes('contrast') && window.token")
    assert tab.evaluate("context.app.theme") == "dark"


def test_our_claims_are_asked_for_as_the_library_asks(
    page: Page, inlay: FakeInlay, pages: dict[str, str], library: str
) -> None:
    pages[f"{THEIRS}/tab"] = f"{HEAD}<script src=library.js></script><script>{CLIENT}</script>"
    inlay.bridge, inlay.launch = "teamsjs", LAUNCH | {"origin": HOST, "token": "t", "expires_in": 600}
    inlay.states["Lead/1"] = "denied"
    page.goto(hosted(pages, library, frame(f"{THEIRS}/tab"), frame(f"{OURS}/launch/acme")))
    page.wait_for_function("funcs(0).filter((each) => each == 'authentication.getAuthToken').length == 2")
    page.wait_for_function("funcs(1).includes('appInitialization.expectedFailure')")
    theirs, ours = said(page, 0), said(page, 1)
    assert ours["appInitialization.expectedFailure"] == theirs["appInitialization.expectedFailure"]
    # what tests/browser/test_bridges.py holds our frame to at a click, the library says too
    assert theirs["authentication.getAuthToken"][1] == [None, ["{}"], False, None]


def test_the_library_itself_can_stand_between_our_frame_and_the_host(
    page: Page, inlay: FakeInlay, pages: dict[str, str], library: str
) -> None:
    """A page that uses the library frames our panel: the library is then our frame's host, and hands all on."""
    middle = f"""
    microsoftTeams.activateChildProxyingCommunication();
    microsoftTeams.app.initialize(["{OURS}"]).then(() => {{
      microsoftTeams.app.registerOnThemeChangeHandler((theme) => (window.theme = theme));
      document.body.insertAdjacentHTML("beforeend", '{frame(OURS + "/launch/acme", "ours")}');
    }});
    """
    pages[f"{THEIRS}/middle"] = f"{HEAD}<body><script src=library.js></script><script>{middle}</script>"
    inlay.bridge = "teamsjs"
    inlay.launch = LAUNCH | {"origins": [THEIRS]}
    page.goto(hosted(pages, library, frame(f"{THEIRS}/middle", "middle"), place="content"))
    ours = page.frame_locator("[name=middle]").frame_locator("[name=ours]")
    expect(ours.get_by_role("button", name="Score 82")).to_be_visible()
    assert inlay.opened[0]["subject_token"] == ["token-1"]
    expect(ours.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_function("said.some(({data}) => data.isProxiedFromChild && data.func == 'appInitialization.success')")
    page.evaluate("tell({func: 'themeChange', args: ['default']})")
    expect(ours.locator("html")).to_have_attribute("data-theme", "light")


# --- Canvas ---

APP = """
const client = {oauthToken: "null", instanceId: window.name.replace("canvas-frame-", ""), targetOrigin: "%s"};
const {resize, subscribe, publish, repost, refreshSignedRequest} = Sfdc.canvas.client;
subscribe(client, [{name: "inlay.theme", onData() {}}, {name: "inlay.visible", onData() {}}]);
publish(client, {name: "inlay.ready", payload: {component: "score-badge", state: "ready"}});
resize(client, {height: "21px"});
refreshSignedRequest(() => {});
repost(true);
"""
# A Canvas page whose ears are the SDK's own: what these do not take for a message, no host made with it would.
PARENT = """
window.said = [];
Sfdc.canvas.xd.receive((message) => said.push(message), "%s");
window.answer = (message, origin, frame) => Sfdc.canvas.xd.post(message, origin, frame);
"""


def canvas_page(host: FakeHost, sdk: str, inside: str, app: str) -> None:
    host.body = f"<script>{sdk}</script><script>{PARENT % app}</script>{inside}"


def bodies(page: Page) -> dict[str, Any]:
    found = page.evaluate("said")
    assert {frozenset(each) - {"parentVersion"} for each in found} == {
        frozenset({"seq", "src", "clientVersion", "body", "targetModule"})
    }
    assert {(each["src"], each["clientVersion"], each["targetModule"]) for each in found} == {
        ("client", "41.0", "Canvas")
    }
    assert [each["seq"] for each in found] == [*range(1, len(found) + 1)]
    return {each["body"]["type"]: each["body"] for each in reversed(found)}


def test_our_canvas_says_what_the_sdk_says_to_ears_that_are_the_sdk_s(
    page: Page, inlay: FakeInlay, host: FakeHost, sdk: str
) -> None:
    name = f"canvas-frame-{INSTANCE}"
    canvas_page(host, sdk, frame("/app", name), host.origin)
    host.pages["/app"] = f"{HEAD}<script>{sdk}</script><script>{APP % host.origin}</script>"
    page.goto(host.origin)
    page.wait_for_function("said.length == 5")
    theirs = bodies(page)
    inlay.bridge, inlay.launch = "canvas", LAUNCH | {"instance": INSTANCE, "token": "t", "expires_in": 600}
    canvas_page(host, sdk, frame(f"{inlay.origin}/launch/acme", name), inlay.origin)
    page.goto(host.origin)
    page.wait_for_function("said.length >= 3")
    inlay.dead.add("t")
    page.clock.fast_forward(1600)
    page.wait_for_function("said.some(({body}) => body.type == 'refresh')")
    refusal = {"type": "callback", "status": 403, "statusText": "Forbidden", "payload": [], "parentVersion": "68.0"}
    page.evaluate(
        "([message, seq, origin]) => answer({...message, seq}, origin, frames[0])",
        [refusal | {"clientVersion": "41.0"}, page.evaluate("said.at(-1).seq"), inlay.origin],
    )
    page.frame_locator("iframe").get_by_role("button", name="Try again").click()
    page.wait_for_function("said.some(({body}) => body.type == 'repost')")
    ours = bodies(page)
    assert ours.keys() == theirs.keys() == {"subscribe", "publish", "resize", "refresh", "repost"}
    for kind in ("refresh", "repost"):  # the SDK sends these to whoever is there; we name the origin
        assert theirs[kind]["config"]["client"].pop("targetOrigin") == "*"
        assert ours[kind]["config"]["client"].pop("targetOrigin") == host.origin
    assert ours["resize"]["size"].keys() == theirs["resize"]["size"].keys()
    ours["resize"]["size"] = theirs["resize"]["size"]
    assert ours == theirs


def test_what_the_sdk_takes_from_anyone_ours_refuses(page: Page, inlay: FakeInlay, host: FakeHost, sdk: str) -> None:
    """The same event to both, from a frame beside them: theirs hears it, ours does not."""
    listens = (
        "window.heard = []; Sfdc.canvas.client.subscribe({oauthToken: 'null', instanceId: 'x', targetOrigin: '%s'},"
    )
    listens += " {name: 'inlay.theme', onData: (data) => heard.push(data)});"
    host.pages["/app"] = f"{HEAD}<script>{sdk}</script><script>{listens % host.origin}</script>"
    inlay.bridge, inlay.launch = "canvas", LAUNCH | {"instance": INSTANCE, "token": "t", "expires_in": 600}
    host.body = frame("/app", "theirs") + frame(f"{inlay.origin}/launch/acme", "ours") + "<iframe name=beside></iframe>"
    page.goto(host.origin)
    expect(page.frame_locator("[name=ours]").get_by_role("button", name="Score 82")).to_be_visible()
    page.wait_for_timeout(100)
    payload = {"name": "inlay.theme", "method": "onData", "payload": {"theme": "dark"}}
    event = json.dumps({"targetModule": "Canvas", "type": "event", "payload": payload})
    post = f"for (const name of ['theirs', 'ours']) parent.frames[name].postMessage({json.dumps(event)}, '*')"
    send = "(text) => { const script = document.createElement('script'); script.textContent = text;"
    send += " frames.beside.document.body.append(script) }"
    page.evaluate(send, post)
    theirs, ours = page.frame(name="theirs"), page.frame(name="ours")
    assert theirs is not None
    assert ours is not None
    theirs.wait_for_function("heard.length == 1")
    page.wait_for_timeout(100)
    assert ours.evaluate("document.documentElement.dataset.theme") is None
