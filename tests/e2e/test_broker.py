"""A host's event that came through a broker changes what somebody has open, by itself."""

from __future__ import annotations

import contextlib
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import services
from tests.e2e.demo import Demo, start
from tests.e2e.stage import Stage, options
from tests.rabbit import Rabbit, rabbit, until

OWN = """broker = "main"
broker_queue = "{name}"
publish = ["{capability}"]
event_secrets = ["file:keys/another"]
"""


@pytest.fixture
def corner() -> Iterator[Rabbit]:
    with rabbit(services.url(services.RABBITMQ)) as made:
        yield made


@pytest.fixture
def demo(tmp_path: Path, corner: Rabbit) -> Iterator[Demo]:
    """A demo whose CRM is not believed any more when it calls by itself: only the broker tells of its changes."""
    running = start(tmp_path)
    file, keys = tmp_path / "inlay.toml", tmp_path / "keys"
    for name, value in {"another": secrets.token_hex(32), "broker": corner.url}.items():
        (keys / name).touch(mode=0o600)
        (keys / name).write_text(value)
    text = file.read_text()
    capability = re.search(r"\[capabilities\.(\w+)\]", text)
    assert capability
    own = OWN.format(name=corner.name, capability=capability[1])
    text = text.replace('event_secrets = ["file:keys/event_secret"]\n', own, 1)
    text += f'\n[brokers.main]\nurl = "file:keys/broker"\nexchange = "{corner.name}"\ndeclare = true\n'
    file.write_text(text)
    try:
        command = [str(Path(sys.executable).with_name("inlay")), "reload", "-c", str(file)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        until(corner.is_there)
        yield running
    finally:
        running.end()


@pytest.mark.browser
@pytest.mark.proof  # a whole demo of its own; tests/events has the consumer, the edit's road is in test_record.py
def test_an_event_from_the_broker_changes_an_open_badge_within_two_seconds(
    chromium: Browser, demo: Demo, corner: Rabbit
) -> None:
    expect.set_options(timeout=15_000)
    heard = corner.subscriber("inlay.score.changed.#")
    with contextlib.closing(chromium.new_context(**options())) as context:
        stage = Stage(context.new_page(), demo)
        lead = demo.leads()[0]
        stage.open(lead)
        took = [_changed_after(stage, corner, lead)]
        while min(took) >= 2 and len(took) < 3:  # a machine that was busy with something else gets another chance
            took.append(_changed_after(stage, corner, lead))
        print(f"an event at the broker is in the open badge after {took} s")
        assert min(took) < 2
        shown = stage.score()
        assert stage.faults == []
    expect.set_options(timeout=5_000)
    told = [event for _, _, event in corner.all_of(heard, 2) if event["subject"] == f"Lead/{lead}"]
    assert round(told[-1]["data"]["score"]) == shown


def _changed_after(stage: Stage, corner: Rabbit, lead: str) -> float:
    """Seconds from the broker's confirmation of the event until the badge shows another number."""
    before = stage.number.inner_text()
    stage.edit("Demo_Requested__c", stage.other("Demo_Requested__c"))
    stage.page.wait_for_timeout(2_500)  # longer than a poll
    expect(stage.number).to_have_text(before)  # the CRM's own call was refused: nobody knows yet
    corner.send({"type": "record.changed", "data": {"record": f"Lead/{lead}"}})
    sent = time.monotonic()
    expect(stage.number).not_to_have_text(before, timeout=10_000)
    return time.monotonic() - sent
