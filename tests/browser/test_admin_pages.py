"""The comfort of the admin's pages: what is wider than its place is reached and scrolled by keyboard alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

ADMIN = Path(__file__).parents[2] / "static/admin"
WIDE = """<!doctype html><html lang="en"><title>Figures</title><style>{css}</style><body><main>
<section><h2>Errors</h2><div class="scroll"><table><tr><td>{word}</td></tr></table></div></section>
<section><h2>None</h2><div class="scroll"><table><tr><td>0</td></tr></table></div></section>
</main></body></html>"""

pytestmark = pytest.mark.browser


def test_what_is_wider_than_its_place_is_scrolled_by_keyboard(chromium: Browser) -> None:
    with closing(chromium.new_context(viewport={"width": 400, "height": 300})) as context:
        page = context.new_page()
        css = (ADMIN / "admin.css").read_text("utf-8")
        page.set_content(WIDE.format(css=css, word="long" * 100))
        page.add_script_tag(content=(ADMIN / "admin.js").read_text("utf-8"))
        wide = page.get_by_role("region", name="Errors")
        expect(wide).to_have_attribute("tabindex", "0")
        page.keyboard.press("Tab")
        expect(wide).to_be_focused()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("document.querySelector('.scroll').scrollLeft > 0")
        expect(page.get_by_role("region")).to_have_count(1)  # what fits is no stop on the way
        page.evaluate("document.querySelector('td').textContent = '0'")
        expect(page.get_by_role("region")).to_have_count(0)
