"""The whole demo as processes, once for all tests here, and windows of a real browser on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.demo import Demo, answers, start
from tests.e2e.stage import Stage, options


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = start(tmp_path_factory.mktemp("demo"))
    yield running
    assert running.end() == 0
    assert (running.state / "stderr").read_text() == ""
    assert not any(answers(each) for each in (running.inlay, running.crm, running.core, running.library))


@pytest.fixture(scope="session")
def spare(demo: Demo) -> Iterator[str]:
    """Leads that nobody has looked at yet, from the last page back; `next(spare)` uses one up.

    Home pages rank and review what no test has opened: what they showed is not spare any more.
    """
    seen = "SELECT 1 FROM audit WHERE record = ? LIMIT 1"
    leads = [*demo.leads(page=4), *demo.leads(page=3)]
    return (lead for lead in leads if not demo.rows(seen, f"Lead/{lead}"))


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """A demo is five processes; beside other work on the machine they need their time."""
    expect.set_options(timeout=15_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def window(chromium: Browser, demo: Demo) -> Iterator[Callable[..., Stage]]:
    """A window of its own for each call; nothing that any of them logs as an error is forgiven."""
    contexts: list[BrowserContext] = []
    stages: list[Stage] = []

    def opened(on: Demo = demo, **more: Any) -> Stage:
        contexts.append(chromium.new_context(**options(**more)))
        stages.append(Stage(contexts[-1].new_page(), on))
        return stages[-1]

    yield opened
    ours = [cookie for context in contexts for cookie in context.cookies() if cookie["name"] != "viewer"]
    for context in contexts:
        context.close()
    assert ours == [], "Inlay keeps nothing in cookies"
    assert [fault for stage in stages for fault in stage.faults] == []
