"""One lead as every host shows it: each opened in the host's own way, and all say the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser
Window = Callable[..., Stage]


def test_the_same_record_says_the_same_in_every_host(window: Window) -> None:
    stage = window()
    stage.page.goto(f"{stage.demo.crm}/hosts?as=zoe")
    said = {}
    for seat in stage.page.locator(".seat").all():
        frame = seat.frame_locator("iframe")
        if seat.locator("iframe[data-address]").count():  # a page of ours is around that panel
            frame = frame.frame_locator("iframe")
        card = frame.locator(".score-card").first
        expect(card).to_have_attribute("data-state", "ready")
        said[seat.locator("h2").inner_text()] = card.locator(".headline strong").inner_text()
    assert len(said) == 5
    assert len(set(said.values())) == 1, said
    used = "SELECT DISTINCT connection FROM audit WHERE event = 'launch.accepted'"
    accepted = {row[0] for row in stage.demo.rows(used)}
    assert accepted >= {"crm", "crm-zendesk", "crm-hubspot", "crm-oidc", "crm-pages"}
