"""One Chromium for all browser tests, a fresh context each, and the small Inlay and host they talk to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.fake_inlay import FakeHost, FakeInlay


@pytest.fixture(scope="session")
def _sites() -> Iterator[tuple[FakeInlay, FakeHost]]:
    inlay, host = FakeInlay(), FakeHost()
    yield inlay, host
    inlay.close()
    host.close()


@pytest.fixture
def inlay(_sites: tuple[FakeInlay, FakeHost]) -> FakeInlay:
    inlay, host = _sites
    inlay.reset(host.origin)
    return inlay


@pytest.fixture
def host(_sites: tuple[FakeInlay, FakeHost]) -> FakeHost:
    host = _sites[1]
    host.asked.clear()
    host.pages.clear()
    host.body = host.policy = ""
    return host


@pytest.fixture
def faults() -> list[str]:
    """Script errors and breaches of a policy so far; one that is meant is taken out by its test."""
    return []


@pytest.fixture
def page(chromium: Browser, faults: list[str]) -> Iterator[Page]:
    """A page of its own context. A script error or a breach of a policy, in any frame, fails its test."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(5_000)
    page.clock.install()  # time flows, and a test may let it jump to the next poll
    page.on("pageerror", lambda error: faults.append(str(error)))
    breach = re.compile("security policy|trusted", re.IGNORECASE)
    page.on("console", lambda line: faults.append(line.text) if breach.search(line.text) else None)
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def show(page: Page, inlay: FakeInlay, host: FakeHost) -> Callable[[str], Page]:
    """Open the host's page with this body, after the loader and the host's own script."""

    def opened(body: str, settings: str = '{getToken: proof, connection: "acme"}') -> Page:
        host.body = (
            f'<script src="/host.js"></script><script src="{inlay.origin}/embed/inlay.js" defer></script>'
            f"<body>{body}<script>addEventListener('DOMContentLoaded', () => "
            f"Inlay.configure({settings}))</script>"
        )
        page.goto(host.origin)
        return page

    return opened
