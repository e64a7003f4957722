"""The preview in a browser, as a designer uses it: keys, controls, hosts, live reload, what is heard, comparison."""

from __future__ import annotations

import base64
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from app.preview.new import write_component
from tests.components.site import AXE, crowd, own_book, sample, site

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our components, to be changed."""
    return Path(shutil.copytree(ROOT / "components", tmp_path_factory.mktemp("preview") / "components"))


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with site(folder, watch=True) as found:
        yield found


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert not faults


WATCH = """() => { const timer = setInterval(() => {
  const panel = document.querySelector('.page').contentWindow.inlayHost?.frame
  const root = panel?.contentDocument?.querySelector('[data-inlay]')
  if (!root || getComputedStyle(root).outlineColor != 'rgb(1, 2, 3)') return
  document.documentElement.dataset.seen = Date.now()
  clearInterval(timer)
}, 5) }"""


def panel(page: Page) -> FrameLocator:
    return page.frame_locator(".page").frame_locator("iframe")


def test_keys_walk_through_stories_and_looks(page: Page, url: str) -> None:
    page.goto(f"{url}/preview/score-badge/ready")
    expect(panel(page).locator("[data-inlay]")).to_contain_text("84")
    page.keyboard.press("j")
    expect(page).to_have_url(f"{url}/preview/score-badge/medium?host=guest/white")
    page.keyboard.press("3")
    expect(panel(page).locator("[data-inlay]")).to_contain_text("Low")
    page.keyboard.press("d")
    expect(panel(page).locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("r")
    expect(panel(page).locator("[data-inlay]")).to_have_attribute("dir", "rtl")
    page.keyboard.press("/")
    page.keyboard.type("card stale")
    expect(page.locator("#tree li")).to_have_count(2)


def test_keys_work_where_somebody_has_clicked_into_the_panel(page: Page, url: str) -> None:
    page.goto(f"{url}/preview/score-card/ready")
    panel(page).locator("summary").click()
    page.keyboard.press("2")
    expect(page).to_have_url(f"{url}/preview/score-card/changed?host=guest/white")


def test_a_search_without_an_answer_says_so(page: Page, url: str) -> None:
    page.goto(f"{url}/preview/score-badge/ready")
    page.locator("#search").fill("nonsense")
    expect(page.locator(".nothing")).to_contain_text("No story is called “nonsense”.")
    page.get_by_role("button", name="Clear the search").click()
    expect(page.locator("#tree [aria-current]")).to_contain_text("ready")


def test_the_aria_tree_is_read_from_the_panel(page: Page, url: str) -> None:
    page.goto(f"{url}/preview/score-card/ready?tab=source")
    page.get_by_role("button", name="ARIA tree").click()
    expect(page.locator("#tabpanel pre")).to_contain_text('- heading "Chance to convert" [level=2]')


def test_a_control_changes_the_panel_and_says_what_is_wrong(page: Page, url: str) -> None:
    page.goto(f"{url}/preview/score-badge/ready?host=salesforce/slds-2")
    score = page.locator("#c-score")
    score.fill("12")
    expect(panel(page).locator("b")).to_have_text("12")
    assert "a.score=12" in page.url
    score.fill("300")
    expect(page.locator("[data-arg=score] .fault")).to_have_text("score must be at most 100.")
    expect(panel(page).locator("body")).to_contain_text("score must be at most 100.")
    page.locator("[data-arg=score] .undo").click()
    expect(panel(page).locator("b")).to_have_text("84")


def test_a_saved_sheet_is_seen_at_once_and_everything_stays(page: Page, url: str, folder: Path) -> None:
    page.goto(f"{url}/preview/score-card/ready?host=office/colourful&a.score=61&tab=source")
    details = panel(page).locator("details").first
    details.evaluate("each => each.open = true")
    host = page.frames[1]
    until = time.monotonic() + 5
    while host.evaluate("scrollTo(0, 120), scrollY") != 120 and time.monotonic() < until:
        page.wait_for_timeout(50)  # until the panel has told its height, the page is not long enough
    page.evaluate(WATCH)
    sheet = folder / "score-card/score-card.css"
    time.sleep(0.3)  # the stream is open
    began, crowded = time.time(), crowd()
    sheet.write_text(sheet.read_text("utf-8") + ".score-card { outline: 3px solid rgb(1, 2, 3) }", "utf-8")
    expect(page.locator("html[data-seen]")).to_be_visible(timeout=30000)
    took = float(page.locator("html").get_attribute("data-seen") or 0) - began * 1000
    crowded = (crowded + crowd()) / 2
    print(f"live reload: {took:.0f} ms, {took / crowded:.0f} ms without neighbours")
    assert took / crowded < 1000  # tests/proof/test_preview.py holds it to 300
    expect(panel(page).locator(".headline strong")).to_have_text("61")
    expect(details).to_have_attribute("open", "")
    page.wait_for_timeout(400)
    assert host.evaluate("scrollY") == 120
    expect(page.locator("[role=tab][aria-selected=true]")).to_contain_text("Source")


def test_a_broken_file_is_said_and_the_panel_stays(page: Page, url: str, folder: Path) -> None:
    page.goto(f"{url}/preview/analysis-badge/ready")
    expect(panel(page).locator("[data-inlay]")).to_be_visible()
    path = folder / "analysis-badge/analysis-badge.html"
    text = path.read_text("utf-8")
    path.write_text("{% if %}" + text, "utf-8")
    expect(page.locator("#top .problem")).to_contain_text("analysis-badge.html, line 1")
    expect(panel(page).locator("[data-inlay]")).to_be_visible()
    path.write_text(text, "utf-8")
    expect(page.locator("#top .problem")).to_have_count(0)


def test_a_new_component_appears_by_itself(page: Page, url: str, folder: Path) -> None:
    page.goto(f"{url}/preview")
    known = len([path for path in folder.iterdir() if path.is_dir()])
    expect(page.locator("#tree summary")).to_have_count(known)
    write_component(folder, "deal-card")
    expect(page.locator("#tree summary")).to_have_count(known + 1)
    shutil.rmtree(folder / "deal-card")
    expect(page.locator("#tree summary")).to_have_count(known)


def test_a_flow_is_played_and_heard(page: Page, url: str) -> None:
    page.goto(f"{url}/preview/score-badge/pending?flow=1&tab=network")
    expect(panel(page).locator("[data-state=ready]")).to_be_visible(timeout=9000)
    expect(page.locator(".log summary").first).to_contain_text("200")
    expect(page.locator(".log .said q")).to_contain_text("84 of 100")
    page.goto(f"{url}/preview/score-badge/ready?net=429&tab=network")
    expect(page.locator(".log summary b").first).to_have_text("429", timeout=9000)


def test_the_fake_host_speaks_and_a_stranger_is_refused(page: Page, url: str) -> None:
    page.goto(f"{url}/preview/score-badge/ready?tab=messages")
    expect(page.locator(".log")).to_contain_text("inlay-hello")
    page.get_by_role("button", name="Theme dark").click()
    expect(panel(page).locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="From a stranger").click()
    expect(page.locator(".log [data-to=nobody]")).to_contain_text("source")


@pytest.mark.parametrize(
    "tag", sample([("score-badge",), ("analysis-badge",), ("document-sidebar",), ("score-card",)], 2)
)
def test_all_mounts_have_the_same_markup_and_the_same_pixels(page: Page, url: str, tag: str) -> None:
    """The iframe, without our origin too; the element, with an open and a closed root; and the page's own markup."""
    page.goto(f"{url}/preview/{tag}/ready?tab=compare")
    for mount in ("sandbox", "page", "element", "closed"):
        row = page.locator(f".mounts tr[data-mount={mount}]")
        expect(row.locator("td").nth(0)).to_have_text("same", timeout=15000)
        if tag != "document-sidebar":  # an element of it is lower: for reading, without forms that nobody would answer
            expect(row.locator("td").nth(1)).to_have_text("same")
    if tag == "document-sidebar":
        return
    for mount in ("sandbox", "closed"):
        page.get_by_role("button", name=mount.title(), exact=True).click()
        page.locator(f".pixels[data-ready={mount}]").scroll_into_view_if_needed()
        until = time.monotonic() + 5  # a frame of another origin is drawn by another process, once it is in sight
        while bright(page) >= 0.001 and time.monotonic() < until:
            page.wait_for_timeout(100)
        assert bright(page) < 0.001
    box = next(each for each in page.frames if "mount=closed" in each.url)
    box.evaluate(f"inlayRoot(document.querySelector('inlay-{tag}')).firstElementChild.style.opacity = 0.5")
    page.wait_for_timeout(100)
    assert bright(page) > 0.01


_BRIGHT = """async (png) => {
  const picture = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob())
  const { width, height } = picture, canvas = new OffscreenCanvas(width, height).getContext("2d")
  canvas.drawImage(picture, 0, 0)
  const { data } = canvas.getImageData(8, 2, width - 16, height - 4)
  return data.reduce((sum, value, at) => sum + (at % 4 == 0 && value > 64), 0) / (data.length / 4)
}"""


def bright(page: Page) -> float:
    """The share of a drawn difference that is not black; without its round corners, and its edge between two pixels."""
    png = base64.b64encode(page.locator(".pixels").screenshot()).decode()
    blank = page.context.new_page()
    share = float(blank.evaluate(_BRIGHT, png))
    blank.close()
    return share


def test_a_closed_root_is_closed_and_a_sandbox_has_no_origin(page: Page, url: str) -> None:
    page.goto(f"{url}/preview/score-badge/ready?mount=closed&tools=outline")
    host = page.frame_locator(".page")
    expect(page.locator("#stage .size")).to_contain_text("24 px", timeout=9000)
    element = host.locator("inlay-score-badge")
    assert element.evaluate("e => e.shadowRoot") is None
    assert element.evaluate("e => !!inlayRoot(e).querySelector('[data-inlay]')")
    page.get_by_role("button", name="Iframe").click()
    expect(page).to_have_url(re.compile("mount=sandbox"))
    inside = host.frame_locator("iframe")
    expect(inside.locator("[data-inlay]")).to_be_visible()
    assert inside.locator("html").evaluate("() => self.origin") == "null"


def test_a_sandboxed_panel_polls_hears_and_lends_its_keys(page: Page, url: str) -> None:
    """With the script, the requests and the one port that such a frame has in production."""
    page.goto(f"{url}/preview/score-badge/pending?mount=sandbox&flow=1&tab=network")
    inside = page.frame_locator(".page").frame_locator("iframe")
    expect(inside.locator("[data-state=ready]")).to_be_visible(timeout=9000)
    expect(page.locator(".log summary b").filter(has_text="200")).not_to_have_count(0)
    page.get_by_role("tab", name="Messages").click()
    page.get_by_role("button", name="Theme dark").click()
    expect(inside.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator(".log [data-to=panel]").first).to_contain_text("inlay-theme")
    inside.locator("body").click()
    page.keyboard.press("x")
    expect(page).to_have_url(re.compile("view=matrix"))


def test_states_stand_side_by_side_and_a_press_pins_one(page: Page, url: str) -> None:
    page.goto(f"{url}/preview/score-badge/ready?view=states")
    strip = page.frame_locator(".strip-page")
    expect(strip.locator("figure [data-inlay]")).to_have_count(len(own_book().current().catalog["score-badge"].stories))
    expect(strip.locator("figure:nth-child(8) [data-state=stale][data-inlay]")).to_be_visible()
    strip.get_by_role("button", name="pending").click()
    expect(page).to_have_url(f"{url}/preview/score-badge/pending?host=guest/white")
    expect(panel(page).locator("[data-state=pending]")).to_be_visible()


def test_the_matrix_shows_real_panels(page: Page, url: str) -> None:
    page.goto(f"{url}/preview/score-badge/ready?view=matrix&axes=theme,locale,width,zoom")
    expect(page.locator("figure iframe")).to_have_count(48)


def test_tools_mark_targets_and_outline(page: Page, url: str) -> None:
    page.goto(f"{url}/preview/score-badge/ready?tools=targets,outline")
    expect(panel(page).locator("[data-preview-layer] b")).to_contain_text("×24")
    root = panel(page).locator(":root")
    until = time.monotonic() + 5
    while not root.evaluate("document.adoptedStyleSheets.length") and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert root.evaluate("document.adoptedStyleSheets.length") == 1


@pytest.mark.parametrize(
    ("view", "scheme"),
    sample([(view, scheme) for scheme in ("light", "dark") for view in ("canvas", "states", "contrast")], 5),
)
def test_the_preview_itself_is_clean(chromium: Browser, url: str, view: str, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{url}/preview/score-badge/ready?view={view}")
    page.locator(".sheet" if view == "contrast" else "#tabpanel .control").first.wait_for()
    page.evaluate(AXE)
    found = page.evaluate(
        "async () => (await axe.run({include: ['body'], exclude: ['iframe']}, {runOnly: ['wcag2a', 'wcag2aa']}))"
        ".violations.flatMap(v => v.nodes.map(n => v.id + ' ' + n.html.slice(0, 160)))"
    )
    context.close()
    assert found == []
