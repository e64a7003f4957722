"""The tab that we serve, with the vendor's own TeamsJS, unmodified, and the real panel: in Teams, and on a phone."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from app.hosts._microsoft_package import page_url
from tests.hosts._hosted import INLAY, SIDEBAR, Hosted, hosted, proof, sidebar
from tests.npm import package

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
TEAMS = "https://teams.microsoft.com/host"
LINK = "https://contoso.sharepoint.com/:w:/s/legal/EaB1?e=x1"
SHARED = "share/u!" + base64.urlsafe_b64encode(LINK.encode()).decode().rstrip("=")
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def stage(chromium: Browser, tmp_path: Path) -> Iterator[Hosted]:
    with hosted(chromium, tmp_path) as made:
        yield with_library(made)


@pytest.fixture
def phone(chromium: Browser, tmp_path: Path) -> Iterator[Hosted]:
    with hosted(chromium, tmp_path, **PHONE) as made:
        native = f"if (top == self) {{ {(HERE / 'tab_host.js').read_text('utf-8')} }}"
        made.page.add_init_script(f"window.token = {json.dumps(proof('teams'))}; {native}")
        yield with_library(made)


def with_library(stage: Hosted) -> Hosted:
    address = "https://res.cdn.office.net/teams-js/2.58.0/js/"
    stage.folders[address] = package("@microsoft/teams-js") / "dist/umd"
    return stage


def in_teams(stage: Hosted, place: str = "content", query: str = "") -> Any:
    """The app's page with our tab; what the tab says is in `said`."""
    script = (HERE.parents[1] / "browser/teams_host.js").read_text("utf-8")
    own = f"place = {json.dumps(place)}; tokens = [[true, {json.dumps(proof('teams'))}]]; about.frameContext = place;"
    own += "runtime.supports.pages = {config: {}};"
    address = page_url(stage.deployment("teams"), "tab") + query
    stage.pages[TEAMS] = f'<!doctype html><script>{script};{own}</script><iframe src="{address}"></iframe>'
    stage.page.goto(TEAMS)
    return stage.page.frame_locator("iframe")


def test_a_personal_tab_asks_for_a_document_and_shows_it(stage: Hosted) -> None:
    tab = in_teams(stage)
    field = tab.get_by_label("Which document is it about?")
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    tab.get_by_role("button", name="Open the review").click()
    expect(tab.get_by_role("alert")).to_contain_text("no link to a document")
    field.fill("https://evil.example.net/x.docx")
    expect(tab.get_by_role("alert")).to_contain_text("no link to a document")
    field.fill(LINK)
    expect(tab.get_by_role("alert")).to_be_empty()
    tab.get_by_role("button", name="Open the review").click()
    expect(sidebar(tab)).to_have_attribute("data-state", "pending")
    stage.world.run_jobs()
    expect(sidebar(tab)).to_have_attribute("data-state", "ready")
    assert any(SHARED.removeprefix("share/") in each for each in stage.library.asked)
    assert not [url for url in stage.urls if "eyJ" in url]


def test_a_tab_of_a_channel_is_set_up_and_shows_its_document(stage: Hosted) -> None:
    tab = in_teams(stage, place="settings")
    field = tab.get_by_label("Which document is it about?")
    field.fill("nonsense")
    field.fill(LINK)
    expect(tab.get_by_role("button")).to_have_count(0)  # the app around has its own
    states = "said.filter(({data}) => data.func == 'settings.setValidityState').map(({data}) => data.args[0])"
    assert stage.page.evaluate(states)[-1] is True
    stage.page.evaluate("tell({func: 'settings.save', args: [{}]})")
    stage.page.wait_for_function("funcs().includes('settings.setSettings')")
    [saved] = stage.page.evaluate("said.find(({data}) => data.func == 'settings.setSettings').data.args")
    assert saved["entityId"] == SHARED
    assert saved["contentUrl"].startswith(f"{INLAY}/pages/teams/tab?component={SIDEBAR}&record=share")
    assert saved["websiteUrl"] == LINK
    # and so it opens later: the panel takes the page's place, without the library
    before = len(stage.urls)
    tab = in_teams(stage, query="&" + saved["contentUrl"].partition("&")[2])
    expect(sidebar(tab)).to_have_attribute("data-state", "pending")
    assert not [url for url in stage.urls[before:] if "res.cdn" in url]


def test_on_a_phone_the_library_stands_between(phone: Hosted) -> None:
    phone.page.goto(page_url(phone.deployment("teams"), "tab"))
    phone.page.get_by_label("Which document is it about?").fill(LINK)
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 360
    phone.page.get_by_role("button", name="Open the review").tap()
    panel = phone.page.frame_locator("iframe")
    expect(sidebar(panel)).to_have_attribute("data-state", "pending")
    phone.world.run_jobs()
    expect(sidebar(panel)).to_have_attribute("data-state", "ready")
    expect(panel.locator("html")).to_have_attribute("data-theme", "dark")
    assert ["authentication.getAuthToken"] in [each[:1] for each in phone.page.evaluate("said")]
    assert panel.locator("html").evaluate("(html) => html.scrollWidth") <= 360


def test_outside_of_any_app_the_page_says_where_it_belongs(stage: Hosted) -> None:
    stage.page.clock.install()
    stage.page.goto(page_url(stage.deployment("teams"), "tab"))
    stage.page.wait_for_timeout(200)
    stage.page.clock.fast_forward(15_001)
    expect(stage.page.get_by_role("alert")).to_contain_text("as a tab of Teams")
