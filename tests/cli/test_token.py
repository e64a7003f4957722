"""`inlay token`: what it prints opens a panel, once."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from app.application import create_app
from app.cli import main
from app.config import Settings
from tests.cli.written import written
from tests.hosts._proofs import GUEST
from tests.world import LEAD, World, launch_data, running

KEYS = 'shared_keys = { old = "file:key", new = "file:client" }\nrecords_from = "acme"'
ASKED = ("-k", "acme-pages", "--viewer", "maria", "--record", LEAD, "--component", "score-badge")


@dataclass
class Desk:
    """Somebody with a shell beside the server."""

    world: World
    path: Path

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["token", "-c", str(self.path), *arguments])


@pytest.fixture
def desk(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("time.time", world.clock)
    (world.folder / "client").write_text("c" * 40)
    both = {'records_from = "acme"': KEYS, 'algorithms = ["EdDSA"]': 'algorithms = ["EdDSA", "HS256"]'}
    path = written(world, both)
    settings = Settings.load(path)
    with running(settings, world.clock) as (parts, runner):
        served = replace(world, settings=settings, parts=parts, runner=runner, client=create_app(parts).test_client())
        yield Desk(served, path)


def test_the_token_opens_a_panel_once(desk: Desk) -> None:
    result = desk.run(*ASKED)
    assert result.exit_code == 0, result.output
    token = {"token": result.stdout.strip()}
    page = desk.world.client.post("/launch/acme-pages?component=score-badge", data=token)
    assert page.status_code == 200
    assert "72" in page.text
    again = desk.world.client.post("/launch/acme-pages?component=score-badge", data=token)
    assert launch_data(again)["used"] is True


@pytest.mark.parametrize("key", [(), ("--key", "old"), ("--key", "new")])
def test_the_command_is_a_whole_request(desk: Desk, key: tuple[str, ...]) -> None:
    result = desk.run(*ASKED, "--record", "Lead/2", "--curl", *key)
    program, *words = shlex.split(result.stdout)
    assert program == "curl"
    assert words[-1] == "https://inlay.example.com/session"
    [origin] = [words[at + 1] for at, word in enumerate(words) if word == "--header"]
    assert origin == f"Origin: {GUEST['origins'][0]}"
    form: dict[str, list[str]] = {}
    for at, word in enumerate(words):
        if word == "--data-urlencode":
            name, _, value = words[at + 1].partition("=")
            form.setdefault(name, []).append(value)
    headers = dict([origin.split(": ", 1)])
    answer = desk.world.client.post(urlsplit(words[-1]).path, data=form, headers=headers)
    assert answer.status_code == 200, answer.text
    assert [each["record"] for each in answer.json["fragments"]] == [LEAD, "Lead/2"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"-k": "acme"}, "cannot be signed here. Use a connection whose host takes tokens"),
        ({"-k": "acme-carried"}, "has no shared key to sign with. Add"),
        ({"-k": "nobody"}, "there is no connection 'nobody'"),
        (
            {"--component": "crystal-ball"},
            "component 'crystal-ball' is not listed. Use one of: score-badge, score-card, score-list, review-list.",
        ),
        ({"--record": "17"}, "is not a record. A record is written type/id"),
        ({"--key": "lost"}, "has no shared key 'lost'. Use one of: old, new."),
        ({"--origin": "https://evil.example"}, "origin 'https://evil.example' is not listed."),
    ],
)
def test_what_would_be_refused_is_said_before(desk: Desk, changes: dict[str, str], says: str) -> None:
    asked = dict(zip(ASKED[::2], ASKED[1::2], strict=True)) | changes
    result = desk.run(*(word for pair in asked.items() for word in pair))
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
