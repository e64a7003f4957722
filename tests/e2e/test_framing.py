"""Who may frame what: panels only their connection's origins, everything else nobody; the browser decides."""

from __future__ import annotations

import html
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser

from tests.e2e.demo import Demo

pytestmark = pytest.mark.browser
NOT_PANELS = (
    "/healthz", "/readyz", "/metrics", "/embed/inlay.js", "/embed/frame-plain.js", "/static/vendor/htmx.min.js",
    "/nothing", "/components/score-badge?record=Lead/1", "/launch/nobody", "/session",
)  # fmt: skip
REFUSED = "chrome-error://chromewebdata/"


class Elsewhere:
    """A site that no connection lists, and that may not keep a cookie in a frame either."""

    def __init__(self) -> None:
        site = self
        self.body = ""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                if self.path == "/cookie":
                    self.send_header("Set-Cookie", "kept=yes; SameSite=None; Secure")
                self.end_headers()
                self.wfile.write(("<!doctype html><title>Elsewhere</title>" + site.body).encode())

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    site = Elsewhere()
    yield site
    site.server.shutdown()
    site.server.server_close()


def test_a_foreign_page_cannot_frame_a_panel(
    chromium: Browser, demo: Demo, elsewhere: Elsewhere, spare: Iterator[str]
) -> None:
    lead = next(spare)
    page = requests.get(demo.lead(lead), timeout=5).text
    action, proof = re.findall(
        r'action="([^"]*/launch/[^"]*)".*?name="signed_request" value="([^"]+)"', page, re.DOTALL
    )[0]
    elsewhere.body = (
        f'<iframe name=panel></iframe><form method=post target=panel action="{action}">'
        f'<input name=signed_request value="{proof}"></form><script>document.forms[0].submit()</script>'
    )
    context = chromium.new_context()
    window = context.new_page()
    with (
        window.expect_console_message(lambda line: "frame-ancestors" in line.text),
        window.expect_response(lambda one: "/launch/" in one.url) as launched,
    ):
        window.goto(f"http://127.0.0.1:{elsewhere.port}/")
    assert launched.value.status == 200  # the proof was good, and the answer came: the browser keeps it from the page
    assert html.unescape(launched.value.headers["content-security-policy"]).count(f"frame-ancestors {demo.crm}") == 1
    window.wait_for_function("frames[0].length === 0")
    ends = time.monotonic() + 5  # the browser says so in its console before the frame shows it
    while window.frames[1].url != REFUSED and time.monotonic() < ends:
        window.wait_for_timeout(50)
    assert window.frames[1].url == REFUSED
    tried = f"http://127.0.0.1:{elsewhere.port}"
    assert reported(demo, tried)
    context.close()
    inlay = Path(sys.executable).with_name("inlay")
    check = [str(inlay), "check", "-c", str(demo.state / "inlay.toml")]
    told = subprocess.run(check, capture_output=True, text=True, timeout=60, check=False)
    assert (told.returncode, f"{tried} tried to frame a panel" in told.stdout) == (0, True), told.stdout + told.stderr


def reported(demo: Demo, origin: str) -> bool:
    """Whether the browser's report came. This holds what Chromium does: nothing that it promises."""
    for _ in range(100):
        rows = demo.rows("SELECT connection, origin FROM refused_framings")
        if ("crm", origin) in {tuple(row) for row in rows}:
            return True
        time.sleep(0.05)
    return False


def test_nothing_but_a_panel_can_be_framed(chromium: Browser, demo: Demo, elsewhere: Elsewhere) -> None:
    """Not even on an origin that may frame panels, as the CRM's is."""
    paths = NOT_PANELS
    elsewhere.body = "".join(f'<iframe src="{demo.inlay}{path}"></iframe>' for path in paths)
    context = chromium.new_context()
    window = context.new_page()
    window.goto(f"http://127.0.0.1:{elsewhere.port}/")
    assert len(window.frames) == len(paths) + 1
    deadline = time.monotonic() + 10
    while "" in {frame.url for frame in window.frames} and time.monotonic() < deadline:
        window.wait_for_timeout(20)  # a refused frame becomes the browser's own page a moment after
    assert {frame.url for frame in window.frames[1:]} == {REFUSED}
    for path in paths:
        policy = requests.get(demo.inlay + path, timeout=5).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
    context.close()


def test_this_browser_keeps_no_third_party_cookie(chromium: Browser, elsewhere: Elsewhere) -> None:
    """What the other tests here rest on: a frame of another site cannot keep one, a page of its own can."""
    elsewhere.body = f'<iframe src="http://localhost:{elsewhere.port}/cookie"></iframe>'
    context = chromium.new_context()
    window = context.new_page()
    window.goto(f"http://127.0.0.1:{elsewhere.port}/")
    assert context.cookies() == []
    window.goto(f"http://localhost:{elsewhere.port}/cookie")
    assert [cookie["name"] for cookie in context.cookies()] == ["kept"]
    context.close()
