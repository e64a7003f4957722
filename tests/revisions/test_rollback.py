"""Roll back: another core, other bands, back in one step; what the newer core said is not shown again."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.test import Client

from app.cli.rollback import rollback
from app.errors import ConfigError, NotFound
from app.node import Node
from app.reloader import Reloader
from app.revisions.rollback import RollBacks
from tests.cli.written import written
from tests.core.server import Core, core_server
from tests.world import LEAD, World

pytestmark = pytest.mark.usefixtures("own_garbage")
BANDS = "bands = { high = 99, medium = 98, low = 0 }"


@dataclass
class Deployment:
    """A server that follows revisions, and the core that a newer one names."""

    world: World
    config: Path
    server: Reloader
    newer: Core

    @property
    def backs(self) -> RollBacks:
        parts = self.server._now.parts
        return RollBacks(parts.publisher, parts.revisions, parts.audit, time.time)

    def publish(self, *changes: tuple[str, str]) -> None:
        text = self.config.read_text()
        for before, after in changes:
            assert before in text
            text = text.replace(before, after, 1)
        self.config.write_text(text)
        number = self.server._now.parts.revisions.publish(text, "Ada", "file").number
        self.until(number)

    def until(self, number: int) -> None:
        ends = time.monotonic() + 5.0
        while self.server._now.revision.number != number:
            assert time.monotonic() < ends, "not taken over in time"
            time.sleep(0.02)

    def number(self) -> str:
        """What a viewer sees who opens the lead now."""
        form = {"signed_request": self.world.signed()}
        page = Client(self.server).post("/launch/acme?component=score-badge", data=form).text
        found = re.search(r'data-band="(\w*)".*?<b[^>]*>(\d+)</b>', page, re.DOTALL)
        assert found, page
        return f"{found[2]} {found[1]}"

    def newer_core(self) -> tuple[str, str]:
        return f'url = "{self.world.core.url}"', f'url = "{self.newer.url}"'


@pytest.fixture
def at(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    monkeypatch.setattr("app.reloader.FINISH_S", 0.1)
    config = written(world)
    with core_server() as newer:
        newer.score = 11.0
        made = Deployment(world, config, Reloader(config, Node()), newer)
        yield made
        made.server.close()


def test_a_newer_core_and_bands_are_taken_back_in_one_step_and_its_answers_with_them(at: Deployment) -> None:
    assert at.number() == "72 high"
    at.publish(at.newer_core(), ('title = "Lead score"', f'title = "Lead score"\n{BANDS}'))
    assert at.number() == "72 low"  # still fresh; it was the older core's
    told = replace(at.world, client=Client(at.server)).event(LEAD, at=time.time())  # type: ignore[arg-type]
    assert told.status_code < 300, told.text
    at.server._now.parts.epochs.look()  # as each process does four times a second
    assert at.number() == "11 low"
    asked = at.world.core.asked
    told = CliRunner().invoke(rollback, ["-c", str(at.config), "lead_score"])
    assert told.exit_code == 0, told.output
    assert "capabilities.lead_score.bands" in told.output
    assert f"cores.main.url: '{at.newer.url}' -> '{at.world.core.url}'" in told.output
    at.until(3)
    assert at.number() == "72 high"
    assert at.world.core.asked > asked
    assert at.world.core.url in at.config.read_text()  # the file says the same, so that no reload undoes it
    [row] = at.world.audited("configuration.restored")
    assert (row["capability"], row["to"], row["admin"]) == ("lead_score", 1, "command line")
    at.backs.roll_back("lead_score", "Ada")  # and forth again: it is wanted, so what it said counts
    at.until(4)
    assert at.number().endswith("low")


def test_what_was_never_otherwise_cannot_be_rolled_back(at: Deployment) -> None:
    at.publish(('host = "salesforce"', 'host = "salesforce"\nlimit_events = "10/minute"'))
    assert at.backs.earlier("lead_score") == []
    with pytest.raises(NotFound):
        at.backs.roll_back("lead_score", "Ada")
    with pytest.raises(NotFound):
        at.backs.roll_back("no-such", "Ada")


def test_before_the_first_one_is_published_it_says_what_publishes(
    at: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    backs = at.backs
    monkeypatch.setattr(backs._revisions, "all", lambda _most: [])
    with pytest.raises(NotFound, match="inlay reload"):
        backs.earlier("lead_score")


def test_a_state_that_does_not_hold_any_more_changes_nothing(at: Deployment) -> None:
    key = at.config.parent / "core-key"
    key.touch(mode=0o600)
    key.write_text("a-key")
    at.publish(at.newer_core())
    keyed = f'url = "{at.world.core.url}"\nauth = "api-key"\napi_keys = ["file:core-key"]'
    at.publish((f'url = "{at.newer.url}"', keyed))
    at.publish((keyed, f'url = "{at.newer.url}"'))
    key.unlink()
    before = at.server._now.revision.number
    with pytest.raises(ConfigError):
        at.backs.roll_back("lead_score", "Ada", to=3)
    assert at.server._now.parts.revisions.newest().number == before  # type: ignore[union-attr]
    assert at.world.audited("configuration.restored") == []


def test_a_canary_is_taken_back_in_one_step_and_its_answers_with_it(at: Deployment) -> None:
    """For all records, so that the one looked at is among them."""
    assert at.number() == "72 high"
    newer = f'[cores.next]\nurl = "{at.newer.url}"\n[capabilities.lead_score]'
    share = 'title = "Lead score"\ncanary = "next"\ncanary_percent = 100'
    at.publish(("[capabilities.lead_score]", newer), ('title = "Lead score"', share))
    assert at.number() == "11 low"
    told = CliRunner().invoke(rollback, ["-c", str(at.config), "lead_score"])
    assert told.exit_code == 0, told.output
    at.until(3)
    asked = at.world.core.asked
    assert at.number() == "72 high"
    assert at.world.core.asked == asked  # what it said before is still there
    at.publish(('title = "Lead score"', share))
    assert at.number() == "11 low"  # wanted again, so what it said counts
