"""Every story in a real browser: no fault that axe knows, no overflow at 320 px, no shift while waiting."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.web.catalog import Catalog
from app.web.render import Renderer

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "static/preview/vendor/axe.min.js").read_text("utf-8")
TAGS = ["analysis-badge", "document-sidebar", "review-list", "score-badge", "score-card", "score-list"]
FORCED = {"forced_colors": "active"}
LOOKS: list[tuple[dict[str, str], str]] = [({}, "light"), ({}, "dark"), (FORCED, "light")]
RUN_AXE = """async (skip) => (await axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  rules: Object.fromEntries(skip.map(rule => [rule, {enabled: false}])),
})).violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | ').slice(0, 400))"""


def book(catalog: Catalog, renderer: Renderer, tag: str, theme: str = "light", locale: str | None = None) -> str:
    """All stories of a component on one page, without a style attribute or a script."""
    shown = "".join(
        f'<div id="story-{name}">'
        f"{renderer.fragment(tag, story.args, uid=f'u{number}', locale=locale or story.locale)}</div>"
        for number, (name, story) in enumerate(catalog[tag].stories.items())
    )
    policy = "default-src 'none'; style-src 'sha256-{}'"
    sheet = catalog.styles(tag)
    return (
        f'<!doctype html><html lang="en" data-theme="{theme}"><head><title>{escape(tag)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy.format(_digest(sheet))}">'
        f"<style>{sheet}</style></head><body>{shown}</body></html>"
    )


def _digest(sheet: str) -> str:
    return base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    options: dict[str, Any] = getattr(request, "param", {})
    context = chromium.new_context(viewport={"width": 320, "height": 640}, **options)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert not faults


@pytest.mark.proof  # stories of each component by themselves are read by axe in test_every_story
@pytest.mark.parametrize(("page", "theme"), LOOKS, indirect=["page"])
@pytest.mark.parametrize("tag", TAGS)
def test_axe_finds_nothing_and_nothing_overflows(
    page: Page, catalog: Catalog, renderer: Renderer, tag: str, theme: str
) -> None:
    page.set_content(book(catalog, renderer, tag, theme, "de" if theme == "dark" else None))
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE, []) == []


@pytest.mark.parametrize("page", [FORCED], indirect=True)
@pytest.mark.parametrize("tag", TAGS)
def test_forced_colours_keep_every_edge(page: Page, catalog: Catalog, renderer: Renderer, tag: str) -> None:
    page.set_content(book(catalog, renderer, tag))
    drawn = "document.querySelector('#story-ready :is(button, .band, .plain, .risk)')"
    edge = page.evaluate(f"getComputedStyle({drawn}).borderTopColor")
    assert edge != "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("tag", ["analysis-badge", "score-badge"])
def test_a_badge_never_moves_its_neighbours(page: Page, catalog: Catalog, renderer: Renderer, tag: str) -> None:
    page.set_content(book(catalog, renderer, tag))
    boxes = {name: page.locator(f"#story-{name} .{tag} > *").bounding_box() for name in catalog[tag].stories}
    assert {round(box["height"]) for box in boxes.values() if box} == {24}  # WCAG 2.5.8, in every state
    assert boxes["loading"]
    assert boxes["ready"]
    assert boxes["loading"]["width"] == pytest.approx(boxes["ready"]["width"], abs=1)


@pytest.mark.parametrize("mounted", ["page", "element"])
def test_a_narrow_analysis_badge_wraps_and_is_not_cut(
    page: Page, catalog: Catalog, renderer: Renderer, mounted: str
) -> None:
    """A column of a library's list may be narrower than a badge in one line."""
    html = renderer.fragment("analysis-badge", catalog["analysis-badge"].stories["ready"].args, uid="u", locale="de")
    sheet = catalog.styles("analysis-badge")
    page.set_content(f"<!doctype html><title>own</title><style>{sheet}</style><div>{html}</div>")
    if mounted == "element":  # which is as wide as what is in it
        page.evaluate(MOUNT, ["analysis-badge", sheet, html, "light"])
        page.evaluate("document.querySelector('inlay-analysis-badge').style.display = 'inline-block'")
    badge = page.locator(".analysis-badge .plain")
    before = badge.bounding_box()
    page.evaluate("document.body.style.cssText = 'font: 16px system-ui; inline-size: 130px'")
    box = badge.bounding_box()
    assert before
    assert box
    assert box["width"] <= 130 < before["width"]
    assert box["height"] > before["height"]
    assert badge.evaluate("e => e.scrollWidth <= e.clientWidth && [...e.querySelectorAll('.risk, .rest')].every(one => "
                          "one.getBoundingClientRect().right <= e.getBoundingClientRect().right)")  # fmt: skip


MEASURE = """root => {
  const drawn = getComputedStyle(root.querySelector('svg'))
  const box = root.querySelector('[data-inlay]').getBoundingClientRect()
  return [box.height, box.width, drawn.color]
}"""
MOUNT = (
    """([tag, css, html, scheme]) => {
  document.documentElement.style.colorScheme = scheme
  document.body.style.cssText = 'font: 16px system-ui, sans-serif; inline-size: 300px'
  const element = document.createElement('inlay-' + tag)
  const root = element.attachShadow({mode: 'open'})
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets = [sheet]
  root.innerHTML = html
  document.body.replaceChildren(element)
  return ("""
    + MEASURE
    + ")(root) }"
)


@pytest.mark.parametrize("tag", TAGS)
def test_one_sheet_serves_the_shadow_root_too(page: Page, catalog: Catalog, renderer: Renderer, tag: str) -> None:
    """The same size and colour in a shadow root as on our own page; dark where the host's page is dark."""
    story = renderer.fragment(tag, catalog[tag].stories["ready"].args, uid="u")
    sheet = catalog.styles(tag)
    page.set_content(f"<!doctype html><title>own</title><style>{sheet}</style><div>{story}</div>")
    page.evaluate("document.body.style.cssText = 'font: 16px system-ui, sans-serif; inline-size: 300px'")
    alone = page.evaluate(MEASURE.join(["(", ")(document)"]))
    page.set_content("<!doctype html><title>host</title>")
    light = page.evaluate(MOUNT, [tag, sheet, story, "light"])
    dark = page.evaluate(MOUNT, [tag, sheet, story, "dark"])
    # lower there: it is for reading, nothing is offered that nobody would answer
    if tag in ("document-sidebar", "review-list", "score-list"):
        assert light[0] < alone[0]
        alone[0] = light[0]
    assert light == alone
    assert dark[:2] == light[:2]
    assert dark[2] != light[2]
