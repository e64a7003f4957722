"""The page beside a ticket, as an account opens it: by a posted token, with the real panel in it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

from tests.hosts._hosted import INLAY, Hosted
from tests.hosts.zendesk.described import ACCOUNT, good
from tests.world import world as make_world

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
SDK = "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js"


@pytest.fixture
def stage(chromium: Browser, tmp_path: Path) -> Iterator[Hosted]:
    connection = replace(good().connection, open_records=True)
    with make_world(tmp_path, connections=[connection]) as world:
        context = chromium.new_context()
        page = context.new_page()
        page.set_default_timeout(10_000)
        library: Any = None
        made = Hosted(context, page, world, library)
        page.on("pageerror", lambda error: made.faults.append(str(error)))
        context.route("**/*", made.serve)
        made.pages[SDK] = (HERE / "account_host.js").read_text("utf-8")
        yield made
        context.close()
        assert made.faults == []


def opened(stage: Hosted, token: str) -> FrameLocator:
    """The account's page, which posts the token to the app's address and listens for a size."""
    address = f"{INLAY}/pages/zendesk/sidebar?component=score-card"
    stage.pages[f"{ACCOUNT}/agent"] = (
        f'<!doctype html><body><iframe name="app" width="320"></iframe>'
        f'<form method="post" target="app" action="{html.escape(address)}">'
        f'<input name="token" value="{token}"></form><script>window.sizes = [];'
        "addEventListener('message', ({data}) => data.name == 'resize' && sizes.push(data.size.height));"
        "document.forms[0].submit()</script>"
    )
    stage.page.goto(f"{ACCOUNT}/agent")
    return stage.page.frame_locator("iframe")


def test_a_ticket_s_panel_opens_by_the_account_s_token_once(stage: Hosted) -> None:
    app = opened(stage, good().proof())
    card = app.frame_locator("iframe").locator(".score-card").first
    expect(card).to_be_visible()
    [row] = stage.world.audited("launch.accepted")
    assert (row["connection"], row["viewer"]) == ("zendesk", "387594738452")
    stage.page.wait_for_function("sizes.length && parseInt(sizes.at(-1)) > 40")
    assert not [url for url in stage.urls if "eyJ" in url]  # a token is in no address
    opened(stage, good().proof())  # the same again, as from a browser's history
    expect(app.get_by_role("alert")).to_contain_text("nicht angenommen")
    app.get_by_role("button", name="Erneut versuchen").click()
    expect(app.get_by_role("alert")).to_contain_text("einmal für jede Seite")
    assert len(stage.world.audited("launch.accepted")) == 1


def test_outside_of_an_account_it_says_where_it_belongs(stage: Hosted) -> None:
    stage.pages[SDK] = ""
    stage.page.goto(f"{INLAY}/pages/zendesk/sidebar")
    expect(stage.page.get_by_role("alert")).to_contain_text("as an app in Zendesk")
