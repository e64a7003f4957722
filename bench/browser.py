"""Browser rows: time from the navigation's start to the visible number, in interleaved loads."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from bench.stack import Stack

WITHIN_MS = 15_000
_VIEW = {"width": 1280, "height": 1000}
_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Runs first in every document, frames included. In each animation frame it looks for the number, in the
# document and in open shadow roots; when all that the page expects have a digit and a size, that frame is
# about to be drawn, and the task posted from its callback runs once it is. Times are on the machine's clock,
# so that the documents of different processes can be compared.
_PROBE = """(() => {
  const say = (what, at) => console.debug("bench " + what + " " + (performance.timeOrigin + at));
  if (self === top) say("start", 0);
  const numbers = () => [
    ...document.querySelectorAll(".score-badge b"),
    ...[...document.querySelectorAll("inlay-score-badge")].flatMap((each) => [
      ...(each.shadowRoot?.querySelectorAll("b") ?? []),
    ]),
  ].filter((each) => /\\d/.test(each.textContent) && each.getBoundingClientRect().width > 0);
  const look = () => {
    const wanted = +(document.documentElement?.dataset.expect || 1);
    if (numbers().length < wanted) return requestAnimationFrame(look);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => say("painted", performance.now());
    port2.postMessage(0);
  };
  requestAnimationFrame(look);
})();"""


class NotPaintedError(Exception):
    """A page that never showed its number: nothing could be measured."""


@dataclass(frozen=True, slots=True)
class Loaded:
    ms: float
    requests: int
    to_inlay: int
    wire_bytes: int  # heads and bodies that came, of all requests


def measure(
    stack: Stack, forms: Sequence[str], loads: int, say: Callable[[str], None]
) -> dict[str, dict[str, list[Loaded]]]:
    """Each of these forms cold (a new context) and then warm (the next navigation in the same tab), `loads` times."""
    found: dict[str, dict[str, list[Loaded]]] = {form: {"cold": [], "warm": []} for form in forms}
    order, turns = random.Random(2), list(forms)
    with _browser() as browser:
        for number in range(loads + 1):
            order.shuffle(turns)
            for form in turns:
                context = browser.new_context(viewport=_VIEW)  # type: ignore[arg-type]
                context.add_init_script(_PROBE)
                cold, warm = _twice(context, stack, f"{stack.places.host}/{form}")
                context.close()
                if number:  # the first of each only warms up
                    found[form]["cold"].append(cold)
                    found[form]["warm"].append(warm)
            if number % 5 == 0:
                say(f"browser: {number} of {loads} loads of each form")
    return found


def summary(found: dict[str, dict[str, list[Loaded]]]) -> list[dict[str, Any]]:
    """Medians, and how they stand to the static iframe's in the same temperature."""
    table = []
    for form, both in found.items():
        row: dict[str, Any] = {"row": form}
        for state, loaded in both.items():
            times, base = [each.ms for each in loaded], [each.ms for each in found["static"][state]]
            row[f"{state}_ms"] = round(statistics.median(times), 1)
            row[f"{state}_x_static"] = round(statistics.median(times) / statistics.median(base), 3)
            row[f"{state}_quartiles_ms"] = [round(each, 1) for each in statistics.quantiles(times, n=4)[::2]]
            row[f"{state}_requests"] = max(each.requests for each in loaded)
            row[f"{state}_to_inlay"] = max(each.to_inlay for each in loaded)
            row[f"{state}_bytes"] = round(statistics.median(each.wire_bytes for each in loaded))
        table.append(row)
    return table


@contextmanager
def _browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM_PATH") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def _twice(context: BrowserContext, stack: Stack, url: str) -> tuple[Loaded, Loaded]:
    page = context.new_page()
    cold = _load(page, stack, url)
    page.wait_for_timeout(100)  # let the first page come to rest
    return cold, _load(page, stack, url)


def _load(page: Page, stack: Stack, url: str) -> Loaded:
    """Go there and wait for the number. Only requests until then are counted."""
    marks: dict[str, float] = {}
    requests: list[Request] = []

    def heard(message: ConsoleMessage) -> None:
        if message.text.startswith("bench "):
            _, what, at = message.text.split()
            marks.setdefault(what, float(at))

    def asked(request: Request) -> None:
        requests.append(request)

    page.on("console", heard)
    page.on("request", asked)
    page.goto(url, wait_until="commit")
    until = time.monotonic() + WITHIN_MS / 1000
    while "painted" not in marks:
        if time.monotonic() > until:
            asked_for = ", ".join(each.url for each in requests)
            raise NotPaintedError(f"{url} showed no number within {WITHIN_MS / 1000:.0f} s; asked for {asked_for}.")
        page.wait_for_timeout(5)
    page.remove_listener("console", heard)
    page.remove_listener("request", asked)
    wanted = [each for each in requests if not urlsplit(each.url).path.endswith("/favicon.ico")]
    to_inlay = sum(each.url.startswith(stack.places.inlay) for each in wanted)
    return Loaded(marks["painted"] - marks["start"], len(wanted), to_inlay, sum(_came(each) for each in wanted))


def _came(request: Request) -> int:
    """Bytes of a request's answer on the wire; none when the browser had it."""
    response = request.response()
    if response is None or response.headers.get("content-type", "").startswith("text/event-stream"):
        return 0  # a stream has no end to wait for
    response.finished()
    sizes = request.sizes()
    return sizes["responseHeadersSize"] + sizes["responseBodySize"]
