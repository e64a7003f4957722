"""Signing keys change without an outage: what the built examples sign is posted to the front door of whole servers.

Every server that runs at a step of docs/hosts/guest.md takes what the backend signs at that step.
"""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask.testing import FlaskClient
from joserfc.jwk import OKPKey

from app.application import create_app
from app.config import ConnectionSettings, Secret
from app.hosts._keys import COOL_DOWN_S, REFRESH_S, KeySets
from app.hosts.guest.package import build
from app.net.door import Door
from tests.hosts._packages import deployment
from tests.net.server import Site, answer, serving
from tests.world import World, launch_data, running
from tests.world import world as make_world

NAME = "acme-carried"
OLD, NEW, STOLEN = "old" + "k" * 40, "new" + "k" * 40, "stolen" + "k" * 40


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


class Backend:
    """The customer's own: the Python example of its package, with the key that it has at the time."""

    def __init__(self, folder: Path, given: ConnectionSettings, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        [package] = build(replace(deployment("guest"), connection=given))
        [example] = [file for file in package.files if file.path == "sign/sign.py"]
        (folder / "sign.py").write_bytes(example.content)
        self._sign = runpy.run_path(str(folder / "sign.py"))["sign"]
        self._patch, self._world = monkeypatch, world
        monkeypatch.setattr("time.time", world.clock)

    def launch(self, key: str, kid: str, variable: str = "INLAY_KEY") -> str:
        self._patch.setenv(variable, key)
        self._patch.setenv("INLAY_KID", kid)
        token: str = self._sign("maria", "score-badge", ["Lead/1"])
        return token


def taken(client: FlaskClient, token: str) -> bool:
    """Whether a session was opened; else the page is a plain refusal, or one without data for a used launch."""
    page = client.post(f"/launch/{NAME}?component=score-badge", data={"token": token})
    assert page.status_code in {200, 403}, page.text
    return "inlay-launch" in page.text and "token" in launch_data(page)


def test_a_shared_key_changes_while_servers_start_again_one_by_one(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def knowing(**keys: str) -> ConnectionSettings:
        known = {name.replace("_", "-").strip("-"): Secret(key) for name, key in keys.items()}
        given = world.settings.connections[NAME]
        return replace(given, algorithms=("HS256",), jwks_url="", shared_keys=known)

    before, both, after = knowing(_2026_10=OLD), knowing(_2026_10=OLD, _2026_11=NEW), knowing(_2026_11=NEW)
    backend = Backend(tmp_path, before, world, monkeypatch)
    with ExitStack() as stack:

        def server(given: ConnectionSettings) -> FlaskClient:
            settings = replace(world.settings, connections={**world.settings.connections, NAME: given})
            parts, _ = stack.enter_context(running(settings, world.clock))
            return create_app(parts).test_client()

        old, middle, new = server(before), server(both), server(after)

        def signed() -> str:
            return backend.launch(OLD, "2026-10")

        def signed_new() -> str:
            return backend.launch(NEW, "2026-11")

        # 1: some servers know the new key, some do not yet, and the backend signs with the old one
        assert [taken(each, signed()) for each in (old, middle)] == [True, True]
        assert not taken(old, signed_new())  # which is why the backend waits
        # 2: all of them know both, while some processes of the backend still have the old one
        assert [taken(middle, each()) for each in (signed, signed_new)] == [True, True]
        # 3: the backend signs with the new one only, and servers that have forgotten the old one come up
        late = signed()
        assert [taken(each, signed_new()) for each in (middle, new)] == [True, True]
        assert not taken(new, late)  # which is why they wait for five minutes
        # a name does not stand for any key, and a token is one launch at any server
        assert not taken(middle, backend.launch(STOLEN, "2026-11"))
        once = signed_new()
        assert [taken(each, once) for each in (middle, new)] == [True, False]
    reasons = {row["reason"] for row in world.audited("launch.refused")}
    assert reasons == {"key-unknown", "signature-wrong", "used"}


class Published:
    """The customer's key set, as an address answers it."""

    def __init__(self, site: Site) -> None:
        self.url = f"{site.url}/jwks.json"
        self.keys: list[dict[str, Any]] = []
        self.asked = 0
        site.routes["/jwks.json"] = self._answer

    def _answer(self, handler: Any) -> None:
        self.asked += 1
        answer(handler, 200, json.dumps({"keys": self.keys}).encode())


def pair(folder: Path, kid: str) -> tuple[str, dict[str, Any]]:
    """The path of a private key, and its public half as a set has it."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{kid}.pem").write_bytes(pem)
    return str(folder / f"{kid}.pem"), OKPKey.import_key(pem).as_dict(private=False) | {"kid": kid}


def test_a_published_key_changes_and_inlay_is_not_touched(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as site:
        published, moment = Published(site), [0.0]
        (old_key, old), (new_key, new) = pair(tmp_path, "old"), pair(tmp_path, "new")
        given = replace(world.settings.connections[NAME], jwks_url=published.url)
        backend = Backend(tmp_path, given, world, monkeypatch)
        settings = replace(world.settings, connections={**world.settings.connections, NAME: given})
        with running(settings, world.clock) as (parts, _):
            keys = KeySets(Door(("127.0.0.1",)), lambda: moment[0])
            client = create_app(replace(parts, keys=keys)).test_client()

            def signed(kid: str) -> bool:
                path = {"old": old_key, "new": new_key}[kid]
                return taken(client, backend.launch(path, kid, "INLAY_PRIVATE_KEY"))

            published.keys = [old]
            assert signed("old")
            # 1: both are published; who signs with the new one within the pause of a set just read is refused
            published.keys = [old, new]
            assert [signed("old"), signed("new")] == [True, False]
            # 2: half a minute later the new one is looked up at its first use, and both count
            moment[0] += COOL_DOWN_S
            assert [signed("new"), signed("old")] == [True, True]
            assert published.asked == 2
            # 3: the old one leaves the set, and is out of use when the set is read again
            published.keys = [new]
            moment[0] += REFRESH_S
            assert [signed("new"), signed("old")] == [True, False]
    assert {row["reason"] for row in world.audited("launch.refused")} == {"key-unknown"}
