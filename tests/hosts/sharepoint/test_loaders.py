"""The scripts in the package, as a page of the host runs them, beside the real panel."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

from app.hosts.sharepoint.package import build
from tests.hosts._hosted import INLAY, Hosted, hosted, proof, sidebar
from tests.hosts._proofs import PAGE

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
LINK = f"{PAGE}/sites/legal/Shared%20Documents/Contract.docx"
RESOURCE = "api://panel.example.com/00000000-0000-0000-0000-000000000001"
GIVE = "void (give = async () => '%s')"


@pytest.fixture
def stage(chromium: Browser, tmp_path: Path) -> Iterator[Hosted]:
    with hosted(chromium, tmp_path) as made:
        yield opened(made)


def opened(stage: Hosted) -> Hosted:
    """A page with both scripts of the package, under the host's own policy: no script in markup."""
    [package] = build(stage.deployment("sharepoint"))
    scripts = [file for file in package.files if file.path.startswith("ClientSideAssets/")]
    stage.pages |= {f"{PAGE}/{file.path}": file.content.decode() for file in scripts}
    stage.pages[f"{PAGE}/host.js"] = HERE.joinpath("page_host.js").read_text("utf-8")
    tags = "".join(f'<script src="/{path}"></script>' for path in ("host.js", *(file.path for file in scripts)))
    stage.pages[f"{PAGE}/page"] = (
        f"<!doctype html><meta charset=utf-8><body>{tags}<button>Ribbon</button><div id=place>"
    )
    stage.policy = "script-src 'self'"
    stage.page.goto(f"{PAGE}/page")
    stage.page.evaluate("[window.web, window.command] = Object.keys(modules)")
    return stage


def web_part(stage: Hosted, link: str = LINK, language: str = "en-US") -> FrameLocator:
    properties = {"component": "document-sidebar", "document": link}
    stage.page.evaluate("([properties, language]) => void webPart(web, properties, language)", [properties, language])
    return stage.page.frame_locator("#place iframe")


def test_a_web_part_shows_its_document(stage: Hosted) -> None:
    token = proof("sharepoint")
    stage.page.evaluate(GIVE % token)
    panel = web_part(stage)
    expect(sidebar(panel)).to_have_attribute("data-state", "pending")
    stage.world.run_jobs()
    expect(sidebar(panel)).to_have_attribute("data-state", "ready")
    expect(panel.get_by_role("button", name="Sign in")).to_have_count(0)  # nothing of the wait for a proof is left
    expect(panel.locator("html")).to_have_attribute("data-theme", "dark")
    expect(panel.get_by_text("governing", exact=False).first).to_be_visible()
    stage.page.wait_for_function("document.querySelector('iframe').offsetHeight > 170")  # it grew with its content
    assert stage.page.evaluate("asked").count(stage.deployment("sharepoint").connection.audience) == 1
    shared = "u!" + base64.urlsafe_b64encode(LINK.encode()).decode().rstrip("=")
    assert any(f"/shares/{shared}/driveItem" in each for each in stage.library.asked)
    assert not [url for url in stage.urls if token[-40:] in url]
    stage.page.evaluate("part.onThemeChanged({isInverted: false})")
    expect(panel.locator("html")).to_have_attribute("data-theme", "light")


def test_whoever_edits_the_page_is_told_what_to_do(stage: Hosted) -> None:
    web_part(stage, link="")
    expect(stage.page.get_by_role("status")).to_contain_text("paste the document's link")
    web_part(stage, link="http://contoso/x", language="de-DE")
    expect(stage.page.get_by_role("status")).to_contain_text("kein Link auf ein Dokument")
    [field] = stage.page.evaluate("part.getPropertyPaneConfiguration().pages[0].groups[0].groupFields")
    assert field["targetProperty"] == "document"
    assert not stage.page.locator("iframe").count()


@pytest.mark.parametrize(
    ("language", "words"), [("en-US", "Your administrator has yet to approve"), ("de-DE", "Administration muss")]
)
def test_a_token_that_does_not_come_has_a_reason(stage: Hosted, language: str, words: str) -> None:
    stage.page.evaluate("void (give = async () => { throw new Error('AADSTS65001: no consent') })")
    panel = web_part(stage, language=language)
    expect(stage.page.get_by_role("alert")).to_contain_text(words)
    # once it is approved, a click is enough
    stage.page.evaluate(GIVE % proof("sharepoint"))
    stage.page.get_by_role("alert").get_by_role("button").click()
    expect(sidebar(panel)).to_have_attribute("data-state", "pending")
    expect(stage.page.get_by_role("alert")).to_be_hidden()


def test_a_token_that_is_refused_is_said_so_once(stage: Hosted) -> None:
    stage.page.evaluate(GIVE % proof("sharepoint", aud="someone-else"))
    web_part(stage)
    expect(stage.page.get_by_role("alert")).to_contain_text("Inlay did not accept your sign-in. Reference")
    assert stage.page.evaluate("asked.length") == 1
    [row] = stage.world.audited("launch.refused")
    assert row["reason"] == "audience-wrong"


def test_a_frame_that_never_speaks_has_a_reason(stage: Hosted) -> None:
    """Whoever frames us from an origin that is not listed sees why in the page, since the frame stays empty."""
    stage.page.clock.install()
    stage.pages |= {each.replace(PAGE, "https://evil.example.net"): text for each, text in stage.pages.items()}
    stage.page.goto("https://evil.example.net/page")
    stage.page.evaluate("[window.web, window.command] = Object.keys(modules)")
    web_part(stage)
    stage.page.clock.fast_forward(15_001)
    expect(stage.page.get_by_role("alert")).to_contain_text("not among the origins")
    assert stage.page.evaluate("asked") == []


def test_nobody_but_the_panel_is_given_a_token(stage: Hosted) -> None:
    stage.page.evaluate(GIVE % proof("sharepoint"))
    panel = web_part(stage)
    expect(sidebar(panel)).to_be_visible()
    ask = {"inlay": 1, "id": 1, "type": "inlay-auth-expired", "detail": {"claims": "{}"}}
    stage.policy = ""  # theirs may do as it likes
    stage.pages["https://evil.example.net/"] = (
        "<!doctype html><script>came = []; onmessage = (e) => came.push(e.data)</script>"
    )
    stage.page.evaluate("document.body.append(Object.assign(document.createElement('iframe'), {name: 'evil'}))")
    stage.page.locator("iframe[name=evil]").evaluate("(frame) => { frame.src = 'https://evil.example.net/' }")
    evil = stage.page.frame_locator("iframe[name=evil]")
    expect(evil.locator("script")).to_be_attached()
    evil.locator("html").evaluate("(_, ask) => parent.postMessage(ask, '*')", ask)
    stage.page.evaluate("(ask) => postMessage(ask, '*')", ask)
    stage.page.wait_for_timeout(300)
    assert stage.page.evaluate("asked.length") == 1
    assert evil.locator("html").evaluate("() => came") == []


FILE = {"FileLeafRef": "Contract.docx", "FSObjType": "0", "UniqueId": "{ABCDEF01-AAAA-4BBB-8CCC-000000000004}", "ID": 7}


def test_the_command_is_there_for_one_document(stage: Hosted) -> None:
    stage.page.evaluate("commandSet(command)")
    for rows, visible in (
        ([], False),
        ([FILE], True),
        ([FILE, FILE], False),
        ([FILE | {"FSObjType": "1"}], False),
        ([FILE | {"FileLeafRef": "movie.mp4"}], False),
    ):
        assert stage.page.evaluate("(rows) => select(...rows)", rows) is visible, rows
    assert stage.page.evaluate("set.changes") >= 3


@pytest.mark.parametrize("width", [1280, 360])
def test_the_command_opens_the_panel_beside_the_library(stage: Hosted, width: int) -> None:
    page = stage.page
    page.set_viewport_size({"width": width, "height": 740})
    page.evaluate(GIVE % proof("sharepoint"))
    page.evaluate("commandSet(command)")
    page.evaluate("(file) => select(file)", FILE)
    page.get_by_role("button", name="Ribbon").focus()
    page.evaluate("set.onExecute({itemId: 'INLAY_OPEN'})")
    side = page.get_by_role("complementary", name="Document review")
    expect(side.get_by_text("Contract.docx")).to_be_visible()
    expect(side.get_by_role("button", name="Close")).to_be_focused()
    panel = side.frame_locator("iframe")
    expect(sidebar(panel)).to_have_attribute("data-state", "pending")
    host, site, web, rows, row = (
        stage.library.asked[-1].split("/")[2].split(",") + stage.library.asked[-1].split("/")[4:7:2]
    )
    assert (host, site[-1], web[-1], rows[-1]) == ("contoso.sharepoint.com", "1", "2", "3")
    assert row == "abcdef01-aaaa-4bbb-8ccc-000000000004"
    box = side.bounding_box()
    assert box
    assert (box["x"] + box["width"], box["width"]) == (width, min(420, width))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")
    expect(side).to_have_count(0)
    expect(page.get_by_role("button", name="Ribbon")).to_be_focused()
    assert not [url for url in stage.urls if "eyJ" in url]
    assert INLAY in "".join(stage.urls)
