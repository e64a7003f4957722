"""The record page in a browser: placeholder while the server is away, the plain bridge, saving in place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, expect
from werkzeug.serving import make_server

from app.demo.crm.config import CrmConfig
from app.demo.crm.desk import Desk
from tests.demo.crm.browser import StandIn, crm_on_a_port, serving

pytestmark = pytest.mark.browser

# A panel that speaks Inlay's bridge: says hello with a nonce, answers through the port where it gets one.
PANEL = """<!doctype html><title>Panel</title><script type="application/json">%s</script><script>
const nonce = "n" + Math.random();
const heard = window.heard = [];
const listen = (data) => heard.push(data);
let port;
const say = (type, detail) => (port ? port.postMessage({inlay: 1, id: 1, type, detail})
  : parent.postMessage({inlay: 1, id: 1, type, detail}, "*"));
addEventListener("message", (event) => {
  if (event.data.type === "inlay-hello" && event.data.detail.nonce !== nonce) return;
  if (event.ports[0] && !port) { port = event.ports[0]; port.onmessage = (late) => listen(late.data); }
  listen(event.data);
});
parent.postMessage({inlay: 1, id: 0, type: "inlay-hello", detail: {nonce}}, "*");
</script>"""


GREETED = "() => window.heard && heard.some(each => each.type === 'inlay-theme')"


def panel(page: Page) -> Frame:
    frame = page.frame(name="canvas-frame-_:Inlay:score-card:0:canvasapp")
    assert frame is not None
    frame.wait_for_url("**/launch/**")  # until then it is an empty page under the CRM's own policy
    return frame


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn(panel=PANEL)


@pytest.fixture
def desk(config: CrmConfig, stand_in: StandIn) -> Iterator[Desk]:
    with crm_on_a_port(config, stand_in) as desk:
        yield desk


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


@pytest.mark.parametrize(("form", "over_port"), [("sandbox", True), ("sandbox-origin", False), ("canvas", False)])
def test_bridge_greets_sizes_and_tells(page: Page, desk: Desk, form: str, over_port: bool) -> None:
    page.goto(f"{desk.config.origin}/lead/LK-00001?form={form}")
    frame = panel(page)
    frame.wait_for_function(GREETED)
    assert frame.evaluate("Boolean(port)") is over_port
    assert frame.evaluate("heard[1].detail") == {"theme": "light", "locale": "en_US", "direction": "ltr"}
    if form != "canvas":  # a canvas is sized by its own dialect
        frame.evaluate("say('inlay-resize', {height: 222.2})")
        expect(page.locator(".frame-score-card iframe")).to_have_css("height", "223px")
    page.locator("[data-edit]").click()
    page.locator("#f-Title").fill("Tester")
    page.get_by_role("button", name="Save").click()
    frame.wait_for_function("() => heard.some(each => each.type === 'inlay-visible' && each.detail.visible)")
    expect(page.locator("[data-saved]")).to_have_text("Saved: 1 field changed.")
    expect(page.locator("[data-view] [data-value=Title]")).to_have_text("Tester")
    expect(page.locator("[data-log]")).to_contain_text("event delivered")


def test_ended_session_gets_a_new_proof(page: Page, desk: Desk, stand_in: StandIn) -> None:
    page.goto(f"{desk.config.origin}/lead/LK-00001?form=sandbox")
    frame = panel(page)
    frame.wait_for_function(GREETED)
    frame.evaluate("say('inlay-auth-expired', {})")
    frame.wait_for_function("() => heard.some(each => each.type === 'inlay-proof')")
    proof = frame.evaluate("heard.find(each => each.type === 'inlay-proof').detail.token")
    assert proof.count(".") == 2
    assert proof not in [each for _, each in stand_in.launches]


def test_messages_of_other_windows_are_nobodys(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.config.origin}/lead/LK-00001?form=sandbox")
    frame = panel(page)
    frame.wait_for_function(GREETED)
    page.evaluate("postMessage({inlay: 1, id: 1, type: 'inlay-forged', detail: {}}, '*')")
    frame.evaluate("say('inlay-honest', {})")
    expect(page.locator("[data-log]")).to_contain_text("inlay-honest")
    expect(page.locator("[data-log]")).not_to_contain_text("inlay-forged")


def test_wrong_value_is_said_beside_its_field(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.config.origin}/lead/LK-00001")
    page.locator("[data-edit]").click()
    page.locator("#f-NumberOfEmployees").fill("many")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#e-NumberOfEmployees")).to_contain_text("Write a number")
    expect(page.locator("#f-NumberOfEmployees")).to_be_focused()


def test_saving_works_without_scripts(chromium: Browser, desk: Desk) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desk.config.origin}/lead/LK-00001?edit")
    page.locator("#f-Title").fill("By hand")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-view] [data-value=Title]")).to_have_text("By hand")
    context.close()


def test_panel_comes_by_itself_when_the_server_does(page: Page, config: CrmConfig, stand_in: StandIn) -> None:
    away = make_server("127.0.0.1", 0, stand_in.app(), threaded=True)
    away.server_close()
    with crm_on_a_port(config, stand_in, inlay=f"http://localhost:{away.server_port}") as desk:
        page.goto(desk.config.origin)  # the welcome page looks, so that the next page knows
        page.goto(f"{desk.config.origin}/lead/LK-00001")
        placeholder = page.locator(".frame-score-card .placeholder")
        expect(placeholder).to_be_visible()
        assert not stand_in.launches
        back = make_server("127.0.0.1", away.server_port, stand_in.app(), threaded=True)
        with serving(stand_in.app(), back):
            expect(placeholder).to_be_hidden(timeout=15_000)
            expect(page.locator(".frame-score-card iframe")).to_be_visible()
            page.wait_for_function("() => document.querySelectorAll('.frame[data-state=shown]').length === 2")
        assert sorted(component for component, _ in stand_in.launches) == ["score-badge", "score-card"]


def test_pages_fit_every_width(page: Page, desk: Desk) -> None:
    for path in ("/", "/leads", "/lead/LK-00001", "/lead/LK-00013?edit&as=layla", "/columns"):
        page.goto(desk.config.origin + path)
        for width in (320, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
