"""Why is my panel blank? Each layer is made to fail in a real browser, and the page and the command name it.

One browser opens all the pages once; each connection has one mistake, so that one's evidence is not another's.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import text, update

from app.admins import Role
from app.cli.why import why
from app.db.schema import audit
from app.health.diagnosis import NOT_BACK_S
from tests.conftest import FLAGS, PATH
from tests.e2e.blank import Places, places

pytestmark = pytest.mark.browser
NAMES = "--host-resolver-rules=MAP *.example 127.0.0.1"
REFUSED = "chrome-error://chromewebdata/"
UNREACHED = "net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS"


@dataclass
class Seen:
    """What a browser did with the pages: the windows, and what it kept from the server and why."""

    place: Places
    context: BrowserContext
    pages: dict[str, Page] = field(default_factory=dict)
    kept_back: dict[str, str] = field(default_factory=dict)  # address -> the browser's reason
    said: list[str] = field(default_factory=list)  # in its console

    def open(self, connection: str, page: str, path: str = "/") -> Page:
        window = self.context.new_page()
        window.on("requestfailed", lambda one: self.kept_back.update({one.url: str(one.failure)}))
        window.on("console", lambda line: self.said.append(line.text))
        window.goto(f"{page}{path}?k={connection}")
        self.pages[connection] = window
        return window

    def audited(self, connection: str, event: str) -> bool:
        asked = text("SELECT count(*) FROM audit WHERE connection = :connection AND event = :event")
        with self.place.parts.database.read() as conn:
            return bool(conn.execute(asked, {"connection": connection, "event": event}).scalar_one())

    def wait_until(self, otherwise: str, so: Callable[[], bool]) -> None:
        ends = time.monotonic() + 10
        while not so():
            assert time.monotonic() < ends, otherwise
            self.pages["fine"].wait_for_timeout(50)

    def wait_until_audited(self, connection: str, event: str) -> None:
        self.wait_until(f"{connection}: no {event}", lambda: self.audited(connection, event))


@pytest.fixture(scope="module")
def seen(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """All pages, each opened once and looked at by a viewer who sees nothing."""
    browser = chromium.browser_type.launch(executable_path=PATH, args=[*FLAGS, NAMES])
    with places(tmp_path_factory.mktemp("blank")) as place:
        context = browser.new_context(ignore_https_errors=True)
        made = Seen(place, context)
        for connection in ("fine", "off", "key", "audience", "clock", "crm", "core"):
            made.open(connection, place.page)
        made.open("framed", place.unlisted)
        made.open("origin", place.unlisted, "/element")
        made.open("private", place.public)
        made.open("mixed", place.secure, "/mixed")
        _sign_in(made)
        for connection in ("fine", "core", "crm", "off"):
            made.wait_until_audited(connection, "launch.accepted")
        for connection in ("key", "audience", "clock", "origin"):
            made.wait_until_audited(connection, "launch.refused")
        made.wait_until("no report", lambda: bool(place.parts.framings.all()))
        _as_an_admin(made)
        yield made
        context.close()
    browser.close()


def _sign_in(seen: Seen) -> None:
    """One whom the provider shows its own error, and one whose frame may open no window."""
    for connection in ("redirect", "popup"):
        seen.open(connection, seen.place.page, "/sign-in")
        button = seen.pages[connection].frame_locator("iframe").get_by_role("button", name="Sign in")
        expect(button).to_be_visible()
        if connection == "popup":
            with seen.pages[connection].expect_response("**/reports/panel?*"):  # it is counted by then
                button.click()
        else:
            with seen.context.expect_page() as opened:
                button.click()
            expect(opened.value.get_by_text("redirect_uri_mismatch")).to_be_visible()
    seen.place.parts.figures.flush()  # as a thread of the server does every ten seconds
    with seen.place.parts.database.begin() as conn:  # and as if two minutes had passed
        old = audit.c.at - NOT_BACK_S - 1
        conn.execute(update(audit).where(audit.c.event == "signin.started").values(at=old))


def _as_an_admin(seen: Seen) -> None:
    admins = seen.place.parts.admins
    token = admins.enter(admins.link("Ada", Role.OPERATOR, ()))
    seen.context.add_cookies([{"name": "inlay-admin", "value": token, "url": seen.place.inlay}])


CASES = {  # connection -> layer, a word of what happened, a word of its mend
    "off": ("switched on", "rollout = false", "inlay reload"),
    "mixed": ("address", "mixed content", "Serve us by https"),
    "private": ("address", "private network access", "Give us a public name with https"),
    "framed": ("framing", "refused to show the panel in a page of http://127.0.0.1:", "Add it to origins"),
    "key": ("key", "signature-wrong", "letter by letter"),
    "audience": ("audience", "audience-wrong", "Write audience as the host writes it"),
    "clock": ("clock", "expired", "Set both clocks by NTP"),
    "origin": ("origin", "origin-unlisted", "Add it to origins"),
    "redirect": ("sign-in", "never came back", "/oauth/redirect/callback"),
    "popup": ("sign-in", "kept the sign-in window from opening", "allow-popups"),
    "crm": ("permission", "host-says-no", "There: The viewer's profile or permission sets"),
    "core": ("core", "connect", "inlay check asks it"),
}  # fmt: skip


@pytest.mark.parametrize("connection", CASES)
def test_the_layer_that_fails_is_named_by_page_and_by_command(seen: Seen, connection: str) -> None:
    layer, what, mend = CASES[connection]
    told = command(seen, connection)
    assert told["fails"] == layer, told
    [found] = [each for each in told["layers"] if each["layer"] == layer]
    assert what in found["what"]
    assert mend in found["mend"]
    page = seen.pages["admin"] = seen.pages.get("admin") or seen.context.new_page()
    page.goto(f"{seen.place.inlay}/admin/connections/{connection}/why")
    verdict = page.locator(".verdict")
    expect(verdict.get_by_role("heading")).to_have_text(f"It fails at: {layer}")
    said = re.sub(r"\s+", " ", verdict.inner_text())
    assert uncounted(str(found["what"])) in uncounted(said)
    assert str(found["mend"]) in said


def uncounted(said: str) -> str:
    """Without how often: an open panel asks again between two looks."""
    return re.sub(r" \d+ times", "", said)


def command(seen: Seen, connection: str) -> dict[str, object]:
    told = CliRunner().invoke(why, ["-c", str(seen.place.folder / "inlay.toml"), "-k", connection, "--json"])
    assert told.exit_code in {0, 1}, told.output
    found: dict[str, object] = json.loads(told.output)
    assert told.exit_code == int(found["fails"] is not None)
    return found


def test_nothing_is_named_where_a_panel_is_shown(seen: Seen) -> None:
    frame = seen.pages["fine"].frame_locator("iframe")
    expect(frame.locator(".score-badge b")).to_have_text("72")
    assert command(seen, "fine")["fails"] is None


def test_the_browser_itself_kept_these_back_and_nothing_reached_us(seen: Seen) -> None:
    place = seen.place
    private = f"{place.inlay}/launch/private?component=score-badge"
    assert seen.kept_back[private] == UNREACHED
    mixed = f"{place.insecure}/launch/mixed"
    assert any("Mixed Content" in line and mixed in line for line in seen.said)
    for connection in ("private", "mixed"):
        assert not seen.audited(connection, "launch.accepted")
        assert not seen.audited(connection, "launch.refused")
        assert seen.pages[connection].frames[1].url in {REFUSED, "about:blank", ""}
