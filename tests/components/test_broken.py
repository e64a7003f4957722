"""A deliberately broken story of each kind is caught by the checks, and the preview shows it with its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from app.preview.book import Book
from app.preview.described import manifest
from app.preview.new import write_component
from tests.components.site import MODES, Reader, site

pytestmark = pytest.mark.browser

# kind -> the file, what is put into it, how the checks call it, and the place that the preview names
BREAKS = {
    "contrast": ("css", "p { color: #9a9a9a; background: #fff }", "color-contrast", "<p>Larkfield"),
    "overflow": ("css", "p { min-inline-size: 600px }", "overflow", "<p>Larkfield"),
    "label": ("html", '<input type="text">', "label", '<input type="text">'),
    "unescaped": ("html", "{{ name|safe }}", "unescaped", "<img src="),
    "policy": ("html", '<p style="color: red">red</p>', "csp", '<p style="color: red">'),
    "aria": ("html", '<div role="checkbox" tabindex="0">On</div>', "aria-", '<div role="checkbox"'),
    "direction": ("css", "p { margin-left: 4rem }", "rtl", "broken-direction/broken-direction.css:"),
}
# these in `make test`, each found in another way; all in `make proof`
QUICK = ("contrast", "overflow", "policy", "direction")
KINDS = [pytest.param(kind, marks=() if kind in QUICK else pytest.mark.proof) for kind in BREAKS]
SHOWN = [pytest.param(kind, marks=() if kind in ("contrast", "direction") else pytest.mark.proof) for kind in BREAKS]
STORY = {kind: "markup-in-text" if kind == "unescaped" else "ready" for kind in BREAKS}


def tag(kind: str) -> str:
    return f"broken-{kind}"


@pytest.fixture(scope="module")
def components(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A component for each kind, as `inlay preview new` writes it but for one line."""
    folder = tmp_path_factory.mktemp("broken")
    for kind, (suffix, line, _, _) in BREAKS.items():
        write_component(folder, tag(kind))
        path = folder / tag(kind) / f"{tag(kind)}.{suffix}"
        text = path.read_text("utf-8")
        at = text.rindex("</div>") if suffix == "html" else len(text)
        path.write_text(text[:at] + (line if suffix == "html" else f".{tag(kind)} {line}") + text[at:], "utf-8")
    return folder


@pytest.fixture(scope="module")
def url(components: Path) -> Iterator[str]:
    with site(components) as found:
        yield found


@pytest.fixture(scope="module")
def described(components: Path) -> dict[str, dict[str, Any]]:
    return {each["tag"]: each for each in manifest(Book(components=components).current(), live=False)["components"]}


@pytest.mark.parametrize("kind", KINDS)
def test_the_checks_catch_it(chromium: Browser, url: str, described: dict[str, dict[str, Any]], kind: str) -> None:
    component = described[tag(kind)]
    reader = Reader(chromium, MODES[0])
    found = reader.faults(url, next(story for story in component["stories"] if story["name"] == STORY[kind]))
    reader.close()
    found += [f"{remark['kind']} at {remark['said']}" for remark in component["remarks"]]
    assert any(each.startswith(BREAKS[kind][2]) for each in found), found


@pytest.mark.parametrize("kind", SHOWN)
def test_the_preview_shows_it_with_its_place(chromium: Browser, url: str, kind: str) -> None:
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(f"{url}/preview/{tag(kind)}/{STORY[kind]}?tab=access")
    _, _, called, place = BREAKS[kind]
    finding = page.locator(f".finding:has(code:text('{called}'))").filter(has_text=place).first
    finding.wait_for(timeout=15000)
    if kind != "direction":  # which the sources show
        finding.get_by_role("button", name="Show it").click()
        page.frame_locator(".page").frame_locator("iframe").locator("[data-preview-layer] b").wait_for()
    assert page.locator("#tree summary .count.bad").first.inner_text() != "0"
    context.close()
