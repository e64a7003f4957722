"""A sample of stories, pixel by pixel, as `make golden` accepted them with one browser and the letters of one machine.

Markup and ARIA trees are compared everywhere (tests/components). Pixels depend on the browser and on the fonts, so
they are compared only where both are those that PINNED.json names, and skipped with a sentence elsewhere.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.components.site import Mode, site
from tests.conftest import FLAGS, PATH

pytestmark = [pytest.mark.proof, pytest.mark.browser]

KEPT = Path(__file__).with_name("pixels")
PINNED = KEPT / "PINNED.json"
ACCEPT = os.environ.get("GOLDEN") == "accept"
TAGS = ("analysis-badge", "document-sidebar", "score-badge", "score-card")
SAMPLE = {  # story -> the modes that it is drawn in
    "ready": (Mode("light", "ltr"), Mode("dark", "ltr"), Mode("forced", "ltr")),
    "stale": (Mode("light", "ltr"),),
    "right-to-left": (Mode("light", "rtl"),),
}
DRAWN = [(tag, story, mode) for tag in TAGS for story, modes in SAMPLE.items() for mode in modes]
WIDE, HIGH = 400, 760
SLACK = 8  # of 255, a channel: what two renderings of one curve may differ by
BUDGET = 1_500_000
# How wide letters are tells one set of fonts from another.
_LETTERS = """() => { const drawn = document.createElement('canvas').getContext('2d')
  return ['system-ui', 'sans-serif', 'monospace'].map(face => { drawn.font = '40px ' + face
    return drawn.measureText('Hamburgefonstiv 0123456789 ÄÖß ببجد אבגד ▲').width.toFixed(3) }).join(' ') }"""
_UNLIKE = """async ([was, is, slack]) => {
  const read = async text => {
    const image = Object.assign(new Image(), { src: 'data:image/png;base64,' + text })
    await image.decode()
    const drawn = new OffscreenCanvas(image.width, image.height).getContext('2d')
    drawn.drawImage(image, 0, 0)
    return drawn.getImageData(0, 0, image.width, image.height)
  }
  const [a, b] = [await read(was), await read(is)]
  if (a.width != b.width || a.height != b.height) return a.width * a.height
  let unlike = 0
  for (let at = 0; at < a.data.length; at += 4)
    if ([0, 1, 2].some(n => Math.abs(a.data[at + n] - b.data[at + n]) > slack)) unlike++
  return unlike
}"""


@pytest.fixture(scope="module")
def chromium(chromium: Browser) -> Iterator[Browser]:
    """The whole browser, by whose pixels these were accepted."""
    whole = chromium.browser_type.launch(executable_path=PATH, args=list(FLAGS))
    yield whole
    whole.close()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with site() as found:
        yield found


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    """A page without anything, to measure letters and to compare pictures in."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def pinned(chromium: Browser, blank: Page) -> None:
    """Skips where browser or letters are others than the accepted ones; accepting writes down which they are."""
    now = {"chromium": chromium.version, "letters": blank.evaluate(_LETTERS)}
    if ACCEPT:
        KEPT.mkdir(exist_ok=True)
        PINNED.write_text(json.dumps(now, indent=2) + "\n", "utf-8")
    then = json.loads(PINNED.read_text("utf-8"))
    for what, name in (("chromium", "Chromium"), ("letters", "The width of letters")):
        if now[what] != then[what]:
            pytest.skip(f"{name} is {now[what]}; pixels were accepted with {then[what]}. `make golden` accepts these.")


def drawn(chromium: Browser, url: str, tag: str, story: str, mode: Mode) -> bytes:
    options: dict[str, Any] = mode.options | {"viewport": {"width": WIDE, "height": HIGH}}
    context = chromium.new_context(**options)
    page = context.new_page()
    theme = "light" if mode.theme == "forced" else mode.theme
    page.goto(f"{url}/preview/frame/{tag}/{story}?theme={theme}", wait_until="load")
    page.evaluate("document.fonts.ready")
    high = min(HIGH, int(page.evaluate("document.body.offsetHeight")))
    clip = {"x": 0, "y": 0, "width": WIDE, "height": high}
    picture = page.screenshot(clip=clip, animations="disabled", caret="hide")  # type: ignore[arg-type]
    context.close()
    return picture


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize(("tag", "story", "mode"), DRAWN, ids=str)
def test_a_picture_is_the_accepted_one(
    chromium: Browser, url: str, blank: Page, tmp_path: Path, tag: str, story: str, mode: Mode
) -> None:
    picture, path = drawn(chromium, url, tag, story, mode), KEPT / f"{tag}.{story}.{mode}.png"
    accepted = path.read_bytes() if path.exists() else b""
    if picture == accepted:
        return
    texts = [base64.b64encode(each).decode() for each in (accepted, picture)]
    unlike = blank.evaluate(_UNLIKE, [*texts, SLACK]) if accepted else WIDE * HIGH
    if unlike and ACCEPT:
        path.write_bytes(picture)
        return
    (tmp_path / path.name).write_bytes(picture)
    assert not unlike, f"{unlike} pixels differ from {path.name}; now: {tmp_path / path.name}"


def test_the_pictures_are_those_of_the_sample_and_stay_small() -> None:
    found = {path.name: path.stat().st_size for path in KEPT.glob("*.png")}
    assert set(found) == {f"{tag}.{story}.{mode}.png" for tag, story, mode in DRAWN}
    assert sum(found.values()) < BUDGET


def test_another_colour_is_seen(chromium: Browser, url: str, blank: Page) -> None:
    """The comparison itself: one story against itself is alike, against another theme it is not."""
    light, again, dark = (
        drawn(chromium, url, "score-badge", "ready", Mode(theme, "ltr")) for theme in ("light", "light", "dark")
    )
    texts = [base64.b64encode(each).decode() for each in (light, again, dark)]
    assert blank.evaluate(_UNLIKE, [texts[0], texts[1], SLACK]) == 0
    assert blank.evaluate(_UNLIKE, [texts[0], texts[2], SLACK]) > 1000
