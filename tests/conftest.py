"""What all tests share: where the repository is, and a small whole world for those that need one."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.demo import keys
from tests import compiled
from tests.world import World
from tests.world import world as make_world

# Chromium draws its own address bar by two web pages in each window, and keeps a process for a page that may come:
# most of what a window costs. Of two such lists the last one counts, so the names that Playwright gives are here again.
ABSENT = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess",
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter",
    "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch",
)  # fmt: skip
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", f"--disable-features={','.join(ABSENT)}",
    # no test may need a third-party cookie: that is one switch for the whole browser, and two features for the lean one
    "--test-third-party-cookie-phaseout",
    "--enable-features=ForceThirdPartyCookieBlocking,ThirdPartyStoragePartitioning",
    # one process less, no emulated graphics card, and scripts that end before a second compiler would have paid off
    "--in-process-gpu", "--disable-software-rasterizer", "--js-flags=--single-threaded",
)  # fmt: skip

gc.disable()  # until all is collected
compiled.remember()

_SYSTEM, _LEAN = Path("/usr/bin/chromium"), Path("/usr/lib/chromium/chromium-headless-shell")
PATH = os.environ.get("CHROMIUM_PATH") or (str(_SYSTEM) if _SYSTEM.exists() else None)  # None: Playwright's own
# Of the system's Chromium the same without windows, address bar and profile, where it is installed: a third cheaper.
# What a test sees of a whole one (what it keeps back, and says in its own pages) it opens by PATH.
LEAN = str(_LEAN) if _LEAN.exists() and str(_SYSTEM) == PATH else PATH


_PLACE = pytest.StashKey[int]()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[Any]:
    """Each process reads a folder in an order of its own, so that a new file's `assert`s are rewritten in one of them.

    Pytest keeps what it has rewritten, in seconds of work for all files. Side by side each process would do all of it.
    """
    report = yield
    worker = getattr(collector.config, "workerinput", None)
    if worker and report.passed and isinstance(collector, pytest.Directory):
        for place, each in enumerate(report.result):
            each.stash[_PLACE] = place
        first, count = int(worker["workerid"].removeprefix("gw")), int(worker["workercount"])
        report.result = [each for n in range(count) for each in report.result[(first + n) % count :: count]]
    return report


@pytest.hookimpl(tryfirst=True, specname="pytest_collection_modifyitems")
def pytest_collection_in_one_order(config: pytest.Config, items: list[pytest.Item]) -> None:
    """All processes have the same list in the end, whichever files each has read first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: [each.stash.get(_PLACE, 0) for each in item.listchain()[:-1]])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What waits for a browser comes first, in one process what needs the demo and in the next the rest.

    So there is one demo, few browsers, and at the end no long test that all others wait for.
    """
    if not hasattr(config, "workerinput"):
        return
    demo = {each for each in items if "demo" in getattr(each, "fixturenames", ())}
    browser = {each.path for each in items if "chromium" in getattr(each, "fixturenames", ())}
    shown = {each for each in items if each.path in browser} - demo
    among = demo | shown
    rest = [each for each in items if each not in among]
    room = len(items) // int(config.workerinput["workercount"]) - len(demo)  # beside the demo in the first one's share
    items[:] = [*filter(demo.__contains__, items), *rest[:room], *filter(shown.__contains__, items), *rest[room:]]


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, dict[str, Any] | None, dict[str, Any] | None]:
    """Of what passed nobody asks for its marks and the names around it: to send them is most of a report."""
    sent = yield
    if sent and sent.get("outcome") == "passed":
        sent["keywords"] = {}
    return sent


def pytest_collection_finish() -> None:
    """What is imported and collected by now lives until the end: no collection of garbage looks at it again.

    Until now there was none, and it comes seldom: tests make much that lives as long as they do.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of a test process: Playwright starts but once in each. Take a context of your own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=LEAN, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's keys, made once: an RSA key is slow to make. Nobody writes there."""
    folder = tmp_path_factory.mktemp("keys")
    keys.make(folder)
    return folder


@pytest.fixture
def own_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server sets apart what is its own; here it would look through all that the other tests hold, for seconds."""
    monkeypatch.setattr("app.reloader._set_apart", lambda: None)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for the tests of a module that leave nothing behind."""
    with make_world(tmp_path_factory.mktemp("world")) as made:
        yield made
