"""A revision is taken over whole while requests go on; what cannot be built changes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from app.node import Node
from app.reloader import Reloader
from app.revisions import Revisions
from tests.cli.written import written
from tests.world import LEAD, World, launch_data

pytestmark = pytest.mark.usefixtures("own_garbage")


@pytest.fixture
def config(world: World) -> Path:
    return written(world)


@pytest.fixture
def served(config: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reloader]:
    monkeypatch.setattr("app.reloader.FINISH_S", 0.2)
    made = Reloader(config, Node())
    yield made
    made.close()


def revisions(served: Reloader) -> Revisions:
    return served._now.parts.revisions


def until(served: Reloader, text: str) -> None:
    ends = time.monotonic() + 5.0  # "every process swaps its parts whole within 5 s"
    while served._now.revision.text != text:
        assert time.monotonic() < ends, "not taken over in time"
        time.sleep(0.02)


def test_a_published_revision_is_taken_over_within_seconds(served: Reloader, config: Path) -> None:
    client, text = Client(served), config.read_text()
    assert b"not signed in" in client.get("/components/score-badge").data
    changed = text.replace("https://acme.my.salesforce.com", "https://new.my.salesforce.com")
    assert "acme.my.salesforce.com" in client.get("/launch/acme").headers["Content-Security-Policy"]
    revisions(served).publish(changed, "Ada", "page")
    until(served, changed)
    assert "new.my.salesforce.com" in client.get("/launch/acme").headers["Content-Security-Policy"]


def test_what_is_answered_from_memory_is_the_new_revisions_too(served: Reloader, config: Path, world: World) -> None:
    client, text = Client(served), config.read_text()
    launch = client.post("/launch/acme?component=score-badge", data={"signed_request": world.signed()})
    asked = {"headers": {"Authorization": f"Bearer {launch_data(launch)['token']}"}}
    badge = f"/components/score-badge?record={LEAD}"
    assert [client.get(badge, **asked).headers["Inlay-State"] for _ in range(2)] == ["ready"] * 2
    changed = text.replace('host = "salesforce"', 'host = "salesforce"\nrollout = false', 1)
    for revision, state in ((changed, "off"), (f"{text}\n# rolled back\n", "ready")):
        revisions(served).publish(revision, "Ada", "page")
        until(served, revision)
        assert [client.get(badge, **asked).headers["Inlay-State"] for _ in range(2)] == [state] * 2


def test_the_next_revision_waits_for_no_request_of_the_one_before(
    served: Reloader, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reloader.FINISH_S", 30.0)
    for number in range(3):
        text = f"{config.read_text()}\n# {number}\n"
        revisions(served).publish(text, "Ada", "page")
        until(served, text)


def test_requests_go_on_while_it_is_taken_over(served: Reloader, config: Path) -> None:
    client, text = Client(served), config.read_text()
    changed = text.replace('title = "Lead score"', 'title = "Another title"')
    revisions(served).publish(changed, "Ada", "page")
    while served._now.revision.text != changed:
        assert client.get("/readyz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_what_cannot_be_built_changes_nothing_and_is_audited(served: Reloader, config: Path, world: World) -> None:
    text = config.read_text()
    broken = text.replace('host = "salesforce"', 'host = "no-such-host"', 1)
    revisions(served).publish(broken, "Ada", "page")
    ends = time.monotonic() + 5.0
    while not world.audited("configuration.refused"):
        assert time.monotonic() < ends
        time.sleep(0.02)
    assert served._now.revision.text == text
    assert Client(served).get("/readyz").status_code == 200
    mended = text + "\n# mended\n"
    revisions(served).publish(mended, "Ada", "page")
    until(served, mended)


def test_a_restart_begins_with_what_a_page_published(served: Reloader, config: Path) -> None:
    published = config.read_text() + "\n# from a page\n"
    revisions(served).publish(published, "Ada", "page")
    until(served, published)
    again = Reloader(config, Node())
    assert again._now.revision.text == published
    again.close()


def test_a_secret_file_that_changed_is_read_again(served: Reloader, config: Path) -> None:
    """Its reference is the same, so is the text."""
    before = served._now
    revisions(served).publish(config.read_text(), "Ada", "file")
    ends = time.monotonic() + 5.0
    while served._now is before:
        assert time.monotonic() < ends
        time.sleep(0.02)
