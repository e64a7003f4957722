"""Admins who sign in through a provider: only those who have a role, and only in the browser that began."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from app.admins import Role
from app.admins.sign_in import ATTEMPT_S, AdminSignIn
from app.config import AdminSettings
from app.connections import Connections
from app.errors import InlayError, NotFound
from app.hosts._oauth import IntegrationTokens
from app.keys import Keyring
from app.metrics import NullMetrics
from app.net.door import Door
from tests.hosts._proofs import CLOCK
from tests.hosts._sign_ins import Provider, provider
from tests.world import Clock, World

SUBJECT = "248289761001"


@pytest.fixture
def there() -> Provider:
    made = provider("oidc")
    made.claims["sub"] = SUBJECT
    return made


def sign_in(world: World, there: Provider, clock: Clock, **settings: object) -> AdminSignIn:
    chosen = {"sign_in": there.connection.name, "roles": {SUBJECT: "auditor"}, "only": {SUBJECT: ("acme",)}} | settings
    connection = replace(there.connection, open_records=True, records_from="acme")
    whole = replace(world.settings, connections={**world.settings.connections, connection.name: connection})
    door = Door()
    return AdminSignIn(
        AdminSettings(**chosen),  # type: ignore[arg-type]
        Connections(whole, door, IntegrationTokens(door), NullMetrics()),
        Keyring.from_secrets([b"k" * 32]),
        there.call,
        there.keys,
        "https://inlay.example.com",
        clock,
    )


def begun(at: AdminSignIn, there: Provider) -> tuple[str, str]:
    """What the browser keeps, and the state that the provider sends back."""
    url, kept = at.begin()
    said = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    there.challenge, there.redirect_uri = said["code_challenge"], said["redirect_uri"]
    there.claims["nonce"] = said.get("nonce", "")
    assert said["redirect_uri"] == "https://inlay.example.com/admin/callback"
    assert said["state"] not in kept
    return kept, said["state"]


def test_who_has_a_role_comes_in_as_that(shared: World, there: Provider) -> None:
    at = sign_in(shared, there, Clock())
    kept, state = begun(at, there)
    who = at.finish(kept, {"state": state, "code": there.code})
    assert (who.role, who.connections) == (Role.AUDITOR, ("acme",))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("state", "state-wrong"), ("code", "denied-at-host"), ("kept", "attempt-unknown"),
        ("nothing kept", "attempt-unknown"), ("late", "attempt-over"), ("stranger", "role-none"),
    ],
)  # fmt: skip
def test_whoever_else_does_not(shared: World, there: Provider, wrong: str, reason: str) -> None:
    clock = Clock(CLOCK)
    at = sign_in(shared, there, clock)
    kept, state = begun(at, there)
    other, _ = at.begin()
    answer = {"state": "x" if wrong == "state" else state, "code": "" if wrong == "code" else there.code}
    if wrong == "stranger":
        there.claims["sub"] = "somebody"
    if wrong == "late":
        clock.now += ATTEMPT_S
    spoiled = {"kept": other[:-8] + "AAAAAAA=", "nothing kept": ""}.get(wrong, kept)
    with pytest.raises(InlayError) as refused:
        at.finish(spoiled, answer)
    assert refused.value.reason == reason


def test_another_browser_s_attempt_is_not_ended_here(shared: World, there: Provider) -> None:
    """Somebody sends an admin a link with an answer of their own."""
    at = sign_in(shared, there, Clock())
    _, state = begun(at, there)
    _, mine = at.begin()
    with pytest.raises(InlayError) as refused:
        at.finish(mine, {"state": state, "code": there.code})
    assert refused.value.reason == "state-wrong"


def test_where_nothing_is_set_nobody_signs_in(shared: World, there: Provider) -> None:
    with pytest.raises(NotFound):
        sign_in(shared, there, Clock(), sign_in="", roles={}, only={}).begin()
