"""How it looks to those who see it otherwise: axe, 320 px, dark, forced colours, right to left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser
Window = Callable[..., Stage]
AXE = (Path(__file__).parents[2] / "static/preview/vendor/axe.min.js").read_text("utf-8")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="session")
def seen(spare: Iterator[str]) -> str:
    return next(spare)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.proof)])
def test_axe_finds_nothing_in_the_record_page_its_panels_and_the_list(window: Window, seen: str, scheme: str) -> None:
    stage = window(color_scheme=scheme, bypass_csp=True).open(seen)  # axe is put into the pages from outside
    stage.page.frame_locator(".frame-score-badge iframe").locator("button").click()
    expect(stage.page.frame_locator(".frame-score-badge iframe").locator(".score-card strong")).to_be_visible()
    assert stage.run_axe(AXE) == []
    stage.open_list()
    assert stage.run_axe(AXE) == []


@pytest.mark.parametrize("form", ["canvas", pytest.param("element", marks=pytest.mark.proof)])
def test_320_pixels_scroll_no_panel_sideways(window: Window, seen: str, form: str) -> None:
    stage = window(viewport={"width": 320, "height": 640}).open(seen, form=form)
    assert stage.page.evaluate(OVERFLOW) <= 0
    if form == "element":
        wide = "e => e.shadowRoot.querySelector('div').scrollWidth - e.getBoundingClientRect().width"
        assert stage.page.locator("inlay-score-card").evaluate(wide) <= 1
        return
    panels = [frame for frame in stage.page.frames if "/launch/" in frame.url]
    assert [frame.evaluate(OVERFLOW) for frame in panels] == [0, 0]
    # and nothing is cut off below: the frame has the height of what it shows
    for frame in panels:
        frame.wait_for_function("document.documentElement.scrollHeight <= innerHeight")


def test_from_right_to_left(window: Window, seen: str) -> None:
    stage = window().open(seen, "layla")
    for panel in (stage.badge, stage.card):
        expect(panel).to_have_attribute("dir", "rtl")
    number, label = (stage.card.locator(each).first.bounding_box() for each in ("strong", ".of"))
    assert number
    assert label
    assert number["x"] > label["x"]


def test_forced_colours_keep_the_badge_s_edge_and_its_bars(window: Window, seen: str) -> None:
    stage = window(forced_colors="active").open(seen)
    edge = "e => getComputedStyle(e).borderTopStyle + ' ' + getComputedStyle(e).borderTopWidth"
    assert stage.badge.locator("button").evaluate(edge) == "solid 1px"
    drawn = stage.badge.locator("svg path").first.evaluate("e => getComputedStyle(e).fill")
    assert drawn == stage.badge.locator("b").evaluate("e => getComputedStyle(e).color")
