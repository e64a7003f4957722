"""The scripts that packages bring, as built, around the panel's real page: they speak our bridge and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import FrameLocator, Page, expect

from app.hosts._package_findings import Finding
from tests.browser.fake_inlay import Answer, FakeHost, FakeInlay
from tests.browser.test_frame import inner, until
from tests.hosts._packages import deployment, files, rules

pytestmark = pytest.mark.browser
PANEL = {"component": "score-badge", "record": "incident/" + "a" * 32}
ID = "a" * 32
Opened = Callable[..., FrameLocator]


def package(host: str, inlay: FakeInlay, **changes: Any) -> dict[str, bytes]:
    """What is built for the small Inlay of these tests, which is on this machine and so only noted."""
    given = deployment(host, inlay.address, components=("score-badge", "score-card"), **changes)
    made = files(rules(host).build(given)[0])
    assert not [each for each in rules(host).verify(made) if isinstance(each, Finding) and each.level == "problem"]
    return made


def records(update_set: dict[str, bytes]) -> dict[str, dict[str, str]]:
    (content,) = update_set.values()
    payloads = [etree.fromstring(each.encode()) for each in etree.fromstring(content).xpath("//payload/text()")]
    return {each.get("table"): {field.tag: field.text or "" for field in each[0]} for each in payloads}


@pytest.fixture
def ui_page(page: Page, inlay: FakeInlay, host: FakeHost) -> Opened:
    """The UI page as an instance shows it: what is within its Jelly, and its client script."""
    made = records(package("servicenow", inlay))["sys_ui_page"]
    inside = re.sub(r"<\?xml.*?\?>|</?j:jelly[^>]*>", "", made["html"])

    def opened(query: str = f"?sysparm_table=incident&sysparm_sys_id={ID}", silence: bool = False) -> FrameLocator:
        inlay.launch = {"origins": [host.origin], **PANEL}
        script = made["client_script"].replace("15000", "300") if silence else made["client_script"]
        host.body = f"<body style='background:#111'>{inside}<script>{script}</script>"
        page.goto(host.origin + "/" + query)
        return page.frame_locator("iframe")

    return opened


@pytest.fixture
def own_page(page: Page, inlay: FakeInlay, host: FakeHost) -> Callable[[], Page]:
    """The page of an application of one's own, with its backend's answer."""

    def opened() -> Page:
        made = package("guest", inlay, name="acme")
        inlay.launch = {"origins": [host.origin], "component": "score-badge", "record": "Lead/1"}
        host.pages = {"/inlay-token": '{"token": "proof-of-the-backend"}'} | host.pages
        host.pages |= {"/page.html": made["page.html"].decode(), "/inlay-host.js": made["inlay-host.js"].decode()}
        page.goto(host.origin + "/page.html")
        return page

    return opened


def theme(page: Page) -> str:
    found: str = inner(page).evaluate("document.documentElement.dataset.theme || ''")
    return found


def test_a_page_of_an_instance_shows_its_record_s_panel(page: Page, inlay: FakeInlay, ui_page: Opened) -> None:
    """Opened without a proof; its viewer signs in inside. Theme and height are the page's and the panel's."""
    ui_page()
    until(inner(page), "document.documentElement.dataset.theme == 'dark'")
    assert any(f"record=incident%2F{ID}" in each and "component=score-badge" in each for each in inlay.asked)
    page.wait_for_function("document.querySelector('iframe').style.height != '120px'")
    assert page.locator("[role=alert]").is_hidden()


@pytest.mark.parametrize("query", ["", "?sysparm_table=incident", "?sysparm_table=a/b&sysparm_sys_id=" + ID])
def test_a_page_about_no_record_says_so(page: Page, inlay: FakeInlay, ui_page: Opened, query: str) -> None:
    ui_page(query)
    expect(page.get_by_role("alert")).to_have_text("This page names no record.")
    assert inlay.count("GET /launch") == 0


def test_a_panel_that_does_not_answer_leaves_no_blank_box(page: Page, inlay: FakeInlay, ui_page: Opened) -> None:
    inlay.fault["/launch/acme"] = Answer(403, "<p>no</p>")
    ui_page(silence=True)
    page.clock.run_for(400)
    expect(page.get_by_role("alert")).to_contain_text("did not open")
    del inlay.fault["/launch/acme"]
    page.get_by_role("button", name="Try again").click()
    expect(page.frame_locator("iframe").locator("html[data-theme]")).to_be_attached()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_widget_shows_the_portal_page_s_record(page: Page, inlay: FakeInlay, host: FakeHost) -> None:
    made = records(package("servicenow", inlay))["sp_widget"]
    inlay.launch = {"origins": [host.origin], **PANEL}
    data = f'{{component: "score-badge", table: "incident", sys_id: "{ID}"}}'
    host.body = (
        f"<body><div id=widget>{made['template']}</div><script>const api = {{}};\n{made['client_script']}\n"
        "const ends = []; const element = document.getElementById('widget');"
        f"api.controller.call({{data: {data}}}, {{$on: (name, end) => ends.push(end)}}, [element])</script>"
    )
    page.goto(host.origin)
    until(inner(page), "!!document.documentElement.dataset.theme")
    page.evaluate("ends.forEach((end) => end())")


def test_an_application_s_page_hands_its_backend_s_proof_over_by_message(
    own_page: Callable[[], Page], inlay: FakeInlay
) -> None:
    page = own_page()
    expect(page.frame_locator("iframe").get_by_role("button", name="Score 82")).to_be_visible()
    expect(page.locator("inlay-score-badge").get_by_role("button", name="Score 82")).to_be_visible()
    proofs = {each["subject_token"][0] for each in inlay.opened}
    assert proofs == {"proof-of-the-backend"}
    assert not [each for each in inlay.asked if "proof-of" in each]  # in no address


def test_a_backend_that_signs_nothing_is_a_reason_to_be_seen(own_page: Callable[[], Page], host: FakeHost) -> None:
    host.pages["/inlay-token"] = "not json"
    page = own_page()
    expect(page.get_by_role("alert")).to_contain_text("could not be handed to the panel")


def test_a_page_that_has_no_proof_leaves_signing_in_to_the_panel(page: Page, inlay: FakeInlay, host: FakeHost) -> None:
    """Its provider's client is not there: no complaint, since the panel in the frame has a way of its own."""
    made = package("oidc", inlay, name="acme")
    inlay.launch = {"origins": [host.origin], "component": "score-badge", "record": "Lead/1"}
    host.pages |= {f"/{name}": made[name].decode() for name in ("page.html", "inlay-host.js")}
    page.goto(host.origin + "/page.html")
    until(inner(page), "!!document.documentElement.dataset.theme")
    page.wait_for_timeout(200)
    expect(page.locator("[data-inlay] [role=alert]")).to_be_hidden()
    assert inlay.opened == []


def test_without_the_loader_the_elements_say_so(own_page: Callable[[], Page], inlay: FakeInlay) -> None:
    inlay.fault["/embed/inlay.js"] = Answer(503)
    page = own_page()
    expect(page.locator("inlay-score-badge")).to_have_text("This panel cannot be reached right now.")


def test_strangers_and_other_versions_are_not_listened_to(page: Page, host: FakeHost, ui_page: Opened) -> None:
    """A message counts by its window and its origin; what the panel itself says in another version is a reason."""
    ui_page()
    until(inner(page), "!!document.documentElement.dataset.theme")
    height = "document.querySelector('iframe').style.height"
    page.wait_for_function(f"{height} != '120px'")
    before = ""
    while (now := page.evaluate(height)) != before:  # the panel grows until it has all that it shows
        before = now
        page.wait_for_timeout(400)
    big = '{inlay: 1, id: 9, type: "inlay-resize", detail: {height: 999}}'
    page.evaluate(f"postMessage({big}, '*')")
    host.pages["/stranger"] = f"<script>parent.postMessage({big}, '*')</script>"
    page.evaluate("document.body.append(Object.assign(document.createElement('iframe'), {src: '/stranger'}))")
    page.wait_for_timeout(300)
    assert page.evaluate(height) == before
    inner(page).evaluate("parent.postMessage({inlay: 2, type: 'inlay-resize', detail: {height: 999}}, '*')")
    expect(page.get_by_role("alert")).to_contain_text("different versions")
    assert page.evaluate(height) == before


def test_a_frame_that_went_elsewhere_is_told_nothing(page: Page, host: FakeHost, ui_page: Opened) -> None:
    ui_page()
    until(inner(page), "!!document.documentElement.dataset.theme")
    host.pages["/else"] = (
        "<script>came = []; addEventListener('message', ({data}) => came.push(data));"
        "parent.postMessage({inlay: 1, id: 1, type: 'inlay-hello', detail: {nonce: 'x'}}, '*')</script>"
    )
    page.evaluate(f"document.querySelector('iframe').src = '{host.origin}/else'")
    expect(page.get_by_role("alert")).to_contain_text("Something else than the panel answered")
    assert inner(page).evaluate("came") == []
