"""A deliberately broken story of each kind is caught by the checks, and the preview shows it with its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app.preview.book import Book
from app.preview.described import manifest
from app.preview.new import write_component
from tests.components.site import MODES, Reader, site

pytestmark = pytest.mark.browser

TAG = "broken-card"
# kind -> the file, what is put into it, how the checks call it, and the place that the preview names
BREAKS = {
    "contrast": ("css", ".broken-card p { color: #9a9a9a; background: #fff }", "color-contrast", "<p>Larkfield"),
    "overflow": ("css", ".broken-card p { min-inline-size: 600px }", "overflow", "<p>Larkfield"),
    "label": ("html", '<input type="text">', "label", '<input type="text">'),
    "unescaped": ("html", "{{ name|safe }}", "unescaped", "<img src="),
    "policy": ("html", '<p style="color: red">red</p>', "csp", '<p style="color: red">'),
    "aria": ("html", '<div role="checkbox" tabindex="0">On</div>', "aria-", '<div role="checkbox"'),
    "direction": ("css", ".broken-card p { margin-left: 4rem }", "rtl", "broken-card/broken-card.css:"),
}


@pytest.fixture
def broken(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, Path]]:
    suffix, line, _, _ = BREAKS[request.param]
    components = tmp_path / "components"
    components.mkdir()
    write_component(components, TAG)
    path = components / TAG / f"{TAG}.{suffix}"
    text = path.read_text("utf-8")
    at = text.rindex("</div>") if suffix == "html" else len(text)
    path.write_text(text[:at] + line + text[at:], "utf-8")
    with site(components) as url:
        yield url, components


@pytest.mark.parametrize(("broken", "kind"), [(kind, kind) for kind in BREAKS], indirect=["broken"])
def test_the_checks_catch_it(chromium: Browser, broken: tuple[str, Path], kind: str) -> None:
    url, components = broken
    (component,) = manifest(Book(components=components).current(), live=False)["components"]
    name = "markup-in-text" if kind == "unescaped" else "ready"
    reader = Reader(chromium, MODES[0])
    found = reader.faults(url, next(story for story in component["stories"] if story["name"] == name))
    reader.close()
    found += [f"{remark['kind']} at {remark['said']}" for remark in component["remarks"]]
    assert any(each.startswith(BREAKS[kind][2]) for each in found), found


@pytest.mark.parametrize(("broken", "kind"), [(kind, kind) for kind in BREAKS], indirect=["broken"])
def test_the_preview_shows_it_with_its_place(chromium: Browser, broken: tuple[str, Path], kind: str) -> None:
    url, _ = broken
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page: Page = context.new_page()
    name = "markup-in-text" if kind == "unescaped" else "ready"
    page.goto(f"{url}/preview/{TAG}/{name}?tab=access")
    _, _, called, place = BREAKS[kind]
    finding = page.locator(f".finding:has(code:text('{called}'))").filter(has_text=place).first
    finding.wait_for(timeout=15000)
    if kind != "direction":  # which the sources show
        finding.get_by_role("button", name="Show it").click()
        page.frame_locator(".page").frame_locator("iframe").locator("[data-preview-layer] b").wait_for()
    assert page.locator("#tree summary .count.bad").first.inner_text() != "0"
    context.close()
