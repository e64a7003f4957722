"""One lead and one contract as every host shows them: each opened in the host's own way, and all say the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from app.config import Settings
from app.hosts import HOSTS
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser
Window = Callable[..., Stage]
OF_DOCUMENTS = {"sharepoint", "teams", "office"}
PROVED = "audit WHERE event IN ('launch.accepted', 'signin.connected')"


def opened(stage: Stage, viewer: str) -> Mapping[str, Locator]:
    """The page's seats by their host."""
    stage.page.goto(f"{stage.demo.crm}/hosts?as={viewer}")
    return {str(seat.get_attribute("data-host")): seat for seat in stage.page.locator(".seat").all()}


def panel(seat: Locator) -> FrameLocator:
    """Its frame; that of HubSpot has a page of ours around the panel."""
    frame = seat.frame_locator("iframe")
    return frame.frame_locator("iframe") if seat.get_attribute("data-host") == "hubspot" else frame


def sign_in(stage: Stage, seat: Locator) -> None:
    """What a viewer does where no page can prove who they are."""
    with stage.page.context.expect_page() as popup:
        panel(seat).locator("[data-action=signIn]").click()
    popup.value.get_by_role("button", name="Allow").click()
    popup.value.locator("[name=answer][value=yes]").click()


def test_every_host_has_a_live_panel_and_all_say_the_same(window: Window, root: Path) -> None:
    stage = window()
    seats = opened(stage, "zoe")
    assert set(seats) == set(HOSTS), "a host without a seat: docs/adding-a-host.md, In the demo"
    sign_in(stage, seats["servicenow"])
    numbers = {}
    for host in set(HOSTS) - OF_DOCUMENTS:
        card = panel(seats[host]).locator(".score-card").first
        expect(card).to_have_attribute("data-state", "ready")
        numbers[host] = card.locator(".headline strong").inner_text()
    assert len(set(numbers.values())) == 1, numbers
    findings = {}
    for host in OF_DOCUMENTS:
        review = panel(seats[host]).locator(".document-sidebar").first
        expect(review).to_have_attribute("data-state", "ready")
        found = review.locator("[data-finding]").all()
        findings[host] = {str(each.get_attribute("data-finding")) for each in found}
    assert len({frozenset(each) for each in findings.values()}) == 1, findings
    assert all(findings.values())
    axe = (root / "static/preview/vendor/axe.min.js").read_text("utf-8")
    stage.page.evaluate(axe)
    assert stage.run_axe(axe) == []
    connections = Settings.load(stage.demo.state / "inlay.toml").connections
    proved = {row[0] for row in stage.demo.rows(f"SELECT DISTINCT connection FROM {PROVED}")}
    assert {connections[name].host for name in proved} == set(HOSTS)


def test_who_is_unknown_to_a_host_reads_so_there_and_a_phone_shows_all(window: Window) -> None:
    """Layla has no account in the library's directory, and reads from right to left."""
    stage = window(viewport={"width": 360, "height": 740})
    seats = opened(stage, "layla")
    for host, seat in seats.items():
        expects = host in OF_DOCUMENTS | {"dynamics"}
        expect(seat.get_by_text("There is no account of")).to_have_count(int(expects))
        expect(seat.locator("iframe")).to_have_count(int(not expects))
    expect(panel(seats["salesforce"]).locator(".score-card").first).to_have_attribute("data-state", "ready")
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= 360
