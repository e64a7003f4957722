"""The window that a card opens: from a signed request to a panel, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.hosts._hosted import INLAY, Hosted
from tests.hosts.hubspot.described import PAGES, good
from tests.routes.test_launch import as_sent
from tests.world import world as make_world

pytestmark = pytest.mark.browser


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
        yield made
        context.close()
        assert made.faults == []


def test_what_was_signed_opens_one_panel_and_stays_in_no_address(stage: Hosted) -> None:
    answer = stage.world.client.open(**as_sent(good().attempt().proof))
    address = answer.json["address"]
    stage.pages[f"{PAGES}/contacts"] = f'<!doctype html><iframe width="480" height="640" src="{address}"></iframe>'
    stage.page.goto(f"{PAGES}/contacts")
    window = stage.page.frame_locator("iframe")
    expect(window.frame_locator("iframe").locator(".score-badge").first).to_be_visible()
    [row] = stage.world.audited("launch.accepted")
    assert (row["connection"], row["viewer"]) == ("hubspot", "76543")
    assert not [url for url in stage.urls if "signature" in url or "eyJtZXRob2Qi" in url.partition("#")[0]]
    assert stage.page.frames[1].url == address.partition("#")[0]
    stage.page.goto(f"{PAGES}/contacts?again")
    expect(window.get_by_role("alert")).to_be_visible()
    assert len(stage.world.audited("launch.accepted")) == 1


def test_opened_by_hand_it_says_where_it_belongs(stage: Hosted) -> None:
    stage.page.goto(f"{INLAY}/pages/hubspot/card")
    expect(stage.page.get_by_role("alert")).to_contain_text("from the card on a record")
