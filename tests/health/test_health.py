"""Findings: each problem of what we are connected with, and nothing where all is well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest

from app.config import Settings
from app.db import Database
from app.errors import AddressRefused, ConnectFailed
from app.health import connections, cores, database, server
from app.health.findings import CLOCK_MAX_S, Finding, Watch
from app.metrics import Metrics
from app.net.door import Door, Request, Response
from tests.core.server import status
from tests.hosts._proofs import entra
from tests.world import World

KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "use": "sig", "kid": "a"}
NOW = 1_764_000_000.0


class Outside:
    """A door behind which everything answers as a test says, by the beginning of the address."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {}
        self.ahead = 0.0

    def call(self, request: Request) -> Response:
        for beginning, answer in self.answers.items():
            if request.url.startswith(beginning):
                if isinstance(answer, Exception):
                    raise answer
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                return Response(200, {"Date": formatdate(NOW + self.ahead, usegmt=True)}, body)
        raise ConnectFailed


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def watch(outside: Outside) -> Watch:
    return Watch(outside, lambda: NOW)


def levels(findings: Iterator[Finding]) -> list[str]:
    return [each.level for each in findings]


def only(findings: Iterator[Finding]) -> Finding:
    [found] = findings
    return found


def on(settings: Settings, **changes: Any) -> Settings:
    return replace(settings, server=replace(settings.server, **changes))


def test_a_finding_is_one_line_with_its_mend() -> None:
    assert str(Finding("problem", "core main", "is away.", "Start it.")) == "problem core main: is away. Start it."
    assert str(Finding("ok", "core main", "is there.")) == "ok      core main: is there."


def test_the_database(world: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert only(database(world.parts.database)).level == "ok"
    assert only(database(None)).mend == "Run: inlay db upgrade"
    folder = tmp_path_factory.mktemp("other")
    for url, says in ((f"sqlite:///{folder}/new.db", "another schema"), (f"sqlite:///{folder}/no/x.db", "be reached")):
        other = Database(url)
        found = only(database(other))
        assert (found.level, says in found.what) == ("problem", True)
        other.close()


@pytest.mark.parametrize(
    ("answer", "level", "says"),
    [
        ({"status": "ok"}, "ok", "answers"),
        ({"status": "fine"}, "problem", "something else than Inlay"),
        (b"<html>", "problem", "something else than Inlay"),
        (ConnectFailed(), "problem", "does not answer"),
        (AddressRefused(), "note", "private address"),
    ],
)
def test_how_browsers_reach_us(
    shared: World, outside: Outside, watch: Watch, answer: Any, level: str, says: str
) -> None:
    outside.answers["https://inlay.example.com/healthz"] = answer
    found = only(server(on(shared.settings, trusted_proxies=1), watch))
    assert (found.level, says in found.what) == (level, True)


def test_https_needs_somebody_who_speaks_it(shared: World, outside: Outside, watch: Watch) -> None:
    outside.answers["https://inlay.example.com/healthz"] = {"status": "ok"}
    first, _ = server(shared.settings, watch)
    assert (first.level, "trusted_proxies" in first.mend) == ("problem", True)
    assert levels(server(on(shared.settings, public_url="http://localhost:8000"), watch)) == ["note"]


def test_cores(world: World) -> None:
    door = Door(["127.0.0.1"])

    def found() -> list[Finding]:
        return list(cores(world.settings, Watch(door, lambda: NOW), Metrics()))

    assert [each.level for each in found()] == ["ok", "ok"]
    world.core.behave(status(503))
    [away] = found()
    assert (away.level, "503" in away.what, "[cores.main] url" in away.mend) == ("problem", True, True)
    door.close()


def test_a_core_that_does_not_take_our_questions(shared: World, outside: Outside, watch: Watch) -> None:
    outside.answers |= {f"{shared.core.url}/healthz": {}, f"{shared.core.url}/v1/score": {"nonsense": 1}}
    assert levels(cores(shared.settings, watch, Metrics())) == ["ok", "problem"]


def asked(world: World, watch: Watch, settings: Settings | None = None) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for each in connections(settings or world.settings, watch, world.parts.database, world.clock):
        found.setdefault(each.where.partition(" ")[2], []).append(each)
    return found


def test_keys_and_identities(shared: World, outside: Outside, watch: Watch) -> None:
    away = asked(shared, watch)
    assert [each.level for name in ("acme", "acme-pages", "acme-carried") for each in away[name]] == ["problem"] * 3
    assert "jwks_url" in away["acme-pages"][0].mend
    assert "client_secret" in away["acme"][0].mend
    outside.answers["https://app.acme.example/jwks.json"] = {"keys": [KEY]}
    outside.answers[shared.api.url] = {"access_token": "x", "token_type": "Bearer", "expires_in": 60}
    well = asked(shared, watch)
    assert {each.level for found in well.values() for each in found} == {"ok"}
    assert "publishes 1 key." in well["acme-pages"][0].what


def test_keys_of_another_kind(shared: World, outside: Outside, watch: Watch) -> None:
    outside.answers["https://app.acme.example/jwks.json"] = {"keys": [KEY]}
    each = replace(shared.settings.connections["acme-pages"], algorithms=("RS256",))
    [found] = asked(shared, watch, replace(shared.settings, connections={"acme-pages": each}))["acme-pages"]
    assert (found.level, "for RS256" in found.what) == ("problem", True)


def test_an_app_that_only_speaks_in_its_viewers_names_has_no_identity_to_ask_about(shared: World, watch: Watch) -> None:
    each = entra("teams").connection
    assert each.client_id
    settings = replace(shared.settings, connections={each.name: each})
    found = [each.what for each in connections(settings, watch, shared.parts.database, shared.clock)]
    assert found
    assert not any("identity" in each for each in found)


def test_who_tried_to_frame_a_panel(world: World, watch: Watch) -> None:
    for origin in ("https://evil.example", "https://acme.my.salesforce.com"):
        world.parts.framings.count("acme", origin)
    world.parts.framings.count("gone", "https://evil.example")
    found = {each.what.partition(" ")[0]: each for each in asked(world, watch)["acme"] if each.level == "note"}
    assert "is not listed" in found["https://evil.example"].what
    assert "Add it to origins" in found["https://evil.example"].mend
    assert "outer page" in found["https://acme.my.salesforce.com"].mend


def test_a_connection_that_shows_nothing_says_so(world: World, watch: Watch) -> None:
    each = replace(world.settings.connections["acme-pages"], rollout=False, jwks_url="")
    [found] = asked(world, watch, replace(world.settings, connections={"acme-pages": each}))["acme-pages"]
    assert (found.level, found.mend) == ("note", "Set rollout = true to show them.")


@pytest.mark.parametrize(
    ("ahead", "level"), [(0, "ok"), (-0.9, "ok"), (4, "ok"), (CLOCK_MAX_S + 2, "problem"), (-3600, "problem")]
)
def test_clocks(shared: World, outside: Outside, watch: Watch, ahead: float, level: str) -> None:
    outside.answers["https://app.acme.example/jwks.json"] = {"keys": [KEY]}
    outside.ahead = ahead
    asked(shared, watch)
    found = only(watch.clocks())
    assert found.level == level
    if level == "problem":
        assert ("ahead of" if ahead > 0 else "behind") in found.what
        assert found.where == "app.acme.example"


@pytest.mark.parametrize("said", ["", "yesterday", "Mon, 99 Foo 2026"])
def test_who_says_no_time_is_not_judged(said: str) -> None:
    class Silent:
        def call(self, _: Request) -> Response:
            return Response(200, {"Date": said})

    watch = Watch(Silent(), lambda: NOW)
    watch.call(Request("GET", "https://a.example"))
    assert list(watch.clocks()) == []
