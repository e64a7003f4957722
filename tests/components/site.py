"""The preview on a port of its own, for a browser; and what a story's page is checked for."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.cli.preview import served
from app.preview.book import Book

AXE = (Path(__file__).parents[2] / "static/preview/vendor/axe.min.js").read_text("utf-8")
WIDTH = 320
# axe reads the authored colours where the browser has put the system's, so its contrast is wrong in this mode only
UNSOUND_IN_FORCED_COLOURS = "color-contrast"
_RUN = """async (skip) => (await axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  rules: Object.fromEntries(skip.map(rule => [rule, {enabled: false}])),
})).violations.flatMap(v => v.nodes.map(n => v.id + ' at ' + n.target.join(' ') + ': ' + n.html.slice(0, 200)))"""
_LAYOUT = """wide => {
  const found = []
  if (document.documentElement.scrollWidth > wide) {
    const far = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > wide + 1
      || e.getBoundingClientRect().left < -1)
    found.push('overflow at ' + far.slice(-1).map(e => e.outerHTML.slice(0, 200)))
  }
  for (const alien of document.querySelectorAll('[data-inlay] :is(script, img, iframe, embed, [onload], [onerror])'))
    found.push('unescaped at ' + alien.outerHTML.slice(0, 200))
  return found
}"""


@dataclass(frozen=True, slots=True)
class Mode:
    """How somebody sees a panel."""

    theme: str  # light | dark | forced
    direction: str  # ltr | rtl

    def __str__(self) -> str:
        return f"{self.theme}-{self.direction}"

    @property
    def options(self) -> dict[str, Any]:
        forced = {"forced_colors": "active"} if self.theme == "forced" else {}
        return {"viewport": {"width": WIDTH, "height": 800}, "reduced_motion": "reduce", **forced}

    def query(self, locale: str) -> str:
        rtl = locale in ("ar", "he")
        named = locale if rtl == (self.direction == "rtl") else "ar" if self.direction == "rtl" else "en"
        return urlencode({"locale": named, "theme": "light" if self.theme == "forced" else self.theme})


MODES = tuple(Mode(theme, direction) for theme in ("light", "dark", "forced") for direction in ("ltr", "rtl"))


def sample(cases: Iterable[tuple[Any, ...]], every: int) -> list[Any]:
    """Parameters of a test: of so many cases one in `make test`, the others in `make proof`."""
    marks = {False: (), True: pytest.mark.proof}
    return [pytest.param(*case, marks=marks[bool(number % every)]) for number, case in enumerate(cases)]


@functools.cache
def own_book() -> Book:
    """Our own components, read once: nothing in it changes after that."""
    return Book()


@contextmanager
def site(components: Path | None = None, *, watch: bool = False) -> Iterator[str]:
    """The preview, served; gives its address."""
    server = served(Book(components=components, watch=watch) if components or watch else own_book())
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def crowd() -> float:
    """How many times longer than its CPU time a computation takes now: 1 on a machine that is ours alone."""
    wall, own = time.perf_counter(), time.thread_time()
    sum(range(1_000_000))
    return max(1.0, (time.perf_counter() - wall) / (time.thread_time() - own))


class Reader:
    """One browser window in one mode, that opens stories and says what is wrong with each."""

    def __init__(self, chromium: Browser, mode: Mode) -> None:
        self.mode = mode
        self._context: BrowserContext = chromium.new_context(**mode.options)
        self.page: Page = self._context.new_page()
        self._heard: list[str] = []
        self.page.on("console", lambda said: self._heard.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self._heard.append(f"script: {error}"))
        self.page.on("dialog", self._dialog)

    def faults(self, url: str, story: dict[str, Any]) -> list[str]:
        """Everything that is wrong with a story, in words that begin with the kind."""
        self._heard.clear()
        self.page.goto(f"{url}{story['frame']}?{self.mode.query(story['locale'])}", wait_until="load")
        self.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found = list(self.page.evaluate(_LAYOUT, WIDTH))
        self.page.evaluate(AXE)
        skip = [UNSOUND_IN_FORCED_COLOURS] if self.mode.theme == "forced" else []
        found += self.page.evaluate(_RUN, skip)
        root = self.page.locator("[data-inlay]").first
        if root.get_attribute("dir") != self.mode.direction:
            found.append(f"direction at {root.get_attribute('class')}")
        return found + [f"csp {text}" if "Content Security Policy" in text else text for text in self._heard]

    def aria(self) -> str:
        return self.page.locator("main").aria_snapshot()

    def close(self) -> None:
        self._context.close()

    def _dialog(self, dialog: Any) -> None:
        self._heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()
