"""`inlay events tail`: what came, what was refused and why, what was published, in their order."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import main
from app.config import BrokerSettings
from app.db import outbox
from tests.world import LEAD, World
from tests.world import world as make_world


@pytest.fixture
def world(tmp_path: Path) -> Any:
    with make_world(tmp_path, broker=BrokerSettings(name="main", url="amqp://127.0.0.1:1")) as made:
        yield made


def tail(world: World, *options: str) -> str:
    command = ["events", "tail", "--no-follow", "-c", str(world.folder / "inlay.toml"), "--since", "1000", *options]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    return str(result.output)


def happened(world: World) -> None:
    world.clock.now = time.time() - 10
    world.frame_token()
    world.event(LEAD, name="evt-1")
    world.event(LEAD, name="evt-1")
    world.event(LEAD, secret="whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")
    [entry] = outbox.following(world.parts.database, "main", 10)
    with world.parts.database.begin() as conn:
        outbox.published(conn, [entry.id], world.clock.now + 5)


def test_each_line_says_what_became_of_one(world: World) -> None:
    happened(world)
    lines = [json.loads(line) for line in tail(world, "--json").splitlines()]
    assert [line["what"] for line in lines] == ["taken", "repeated", "refused", "published"]
    assert lines[0] | {"at": 0} == {
        "at": 0, "what": "taken", "connection": "acme", "reason": "", "records": 1, "how": "signed", "id": "evt-1",
    }  # fmt: skip
    assert lines[2]["reason"] == "event-signature-wrong"
    assert (lines[3]["type"], lines[3]["record"]) == ("inlay.score.changed", LEAD)
    words = tail(world)
    assert "refused    acme                  event-signature-wrong" in words
    assert f"inlay.score.changed of {LEAD} to main" in words


def test_of_one_connection_only_and_that_somebody_looked_is_written(world: World) -> None:
    happened(world)
    assert tail(world, "-k", "acme-pages") == ""
    assert len(world.audited("audit.searched")) == 1


def test_a_connection_that_is_not_there(world: World) -> None:
    command = ["events", "tail", "--no-follow", "-c", str(world.folder / "inlay.toml"), "-k", "no-such"]
    assert CliRunner().invoke(main, command).exit_code == 2
