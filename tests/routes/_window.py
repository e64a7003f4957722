"""A viewer's browser as far as a sign-in goes: the frame that asks, the window that it opens, and a host beside it."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask.testing import FlaskClient

from app.application import create_app
from app.keys import Keyring
from app.net.permits import Permits
from app.session.identities import Identities
from app.session.signin import SignIns
from app.web.parts import Parts
from tests.hosts._sign_ins import Provider, provider
from tests.world import LEAD, World, running
from tests.world import world as make_world


@dataclass
class Window:
    """One attempt. Tests put in other values between its steps."""

    client: FlaskClient
    there: Provider
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    state: str = ""
    tab: str = ""

    @property
    def path(self) -> str:
        return f"/oauth/{self.there.connection.name}"

    @property
    def challenge(self) -> str:
        return create_s256_code_challenge(self.verifier)

    def start(self, **changes: Any) -> Any:
        asked = {"challenge": self.challenge, "component": "score-badge", "record": LEAD} | changes
        page = self.client.get(f"{self.path}/start", query_string=asked)
        if page.status_code == 200:
            told = words(page)
            self.state, self.tab = told["state"], told["tab"]
            said = dict(parse_qsl(urlsplit(told["url"]).query))
            self.there.challenge, self.there.redirect_uri = said["code_challenge"], said["redirect_uri"]
            self.there.claims["nonce"] = said.get("nonce", "")
            self.there.used = False
        return page

    def callback(self, **changes: Any) -> Any:
        """The window's script sends the host's answer, and what the window kept."""
        form = {"state": self.state, "tab": self.tab, "code": self.there.code} | changes
        return self.client.post(f"{self.path}/callback", data=form)

    def connect(self, how: str = "code", answer: str = "yes", **changes: Any) -> Any:
        form = {"state": self.state, "tab": self.tab, "how": how, "answer": answer} | changes
        return self.client.post(f"{self.path}/connect", data=form)

    def redeem(self, code: str, **changes: Any) -> Any:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": self.verifier,
            "connection": self.there.connection.name,
        }
        return self.client.post("/session", data=form | changes)

    def agreed(self, how: str = "code", **asked: Any) -> str:
        """All of it but the last step: the code, or the digits."""
        assert self.start(**asked).status_code == 200
        page = self.callback()
        assert page.status_code == 200, page.text
        page = self.connect(how)
        assert page.status_code == 200, page.text
        return str(words(page)["code"]) if how == "code" else digits(page)


def words(page: Any) -> dict[str, Any]:
    """What a window's page tells its script."""
    found = re.search(r'<script type="application/json" id="inlay-popup">(.*?)</script>', page.text)
    assert found, page.text
    told: dict[str, Any] = json.loads(found[1])
    return told


def digits(page: Any) -> str:
    found = re.search(r"<output[^>]*>(\d{3})<span> </span>(\d{3})</output>", page.text)
    assert found, page.text
    return found[1] + found[2]


def code_of(page: Any) -> str:
    """The public word for what went wrong."""
    found = re.search(r'data-code="([a-z-]+)"', page.text)
    assert found, page.text
    return found[1]


@dataclass
class Stage:
    """A world whose `connection` signs viewers in, and the host that it asks."""

    world: World
    there: Provider

    def window(self) -> Window:
        return Window(self.world.client, self.there)

    def reasons(self) -> list[str]:
        return [row["reason"] for row in self.world.audited("signin.refused")]

    def count(self, table: str) -> int:
        with self.world.parts.database.read() as conn:
            return int(conn.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())

    @contextmanager
    def another(self) -> Iterator[Stage]:
        """A second process on the same database, or the same one after its end."""
        with running(self.world.settings, self.world.clock) as (plain, runner):
            parts = signing_in(plain, self.there)
            client = create_app(parts).test_client()
            yield replace(self, world=replace(self.world, parts=parts, runner=runner, client=client))


@contextmanager
def stage(folder: Path, host: str = "oidc") -> Iterator[Stage]:
    there = provider(host)
    if host == "oidc":  # the provider knows no records: another connection reads them, and all may be seen
        there.connection = replace(there.connection, open_records=True, records_from="acme")
    with make_world(folder, connections=[there.connection]) as made:
        parts = signing_in(made.parts, there)
        yield Stage(replace(made, parts=parts, client=create_app(parts).test_client()), there)


def signing_in(parts: Parts, there: Provider) -> Parts:
    """The same parts, with the host's twin behind the network door of its sign-ins."""
    keyring = Keyring.from_secrets([each.reveal_bytes() for each in parts.settings.server.keys])
    twin, permits = there, Permits()
    identities = Identities(
        parts.database, keyring, parts.audit, parts.connections, twin, permits, there.keys, parts.clock
    )
    made = SignIns(
        parts.database,
        keyring,
        parts.sessions,
        identities,
        parts.audit,
        twin.call,
        there.keys,
        parts.settings.server.public_url,
        parts.clock,
    )
    return replace(parts, sign_ins=made)
