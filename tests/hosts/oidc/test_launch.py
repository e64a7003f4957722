"""What an ID token means as a launch, and what its viewer may see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.errors import HostUnavailable, LaunchRefused, SessionExpired
from app.hosts._keys import KeySets
from app.hosts._oauth import Token, drive
from app.hosts.oidc.launch import check_access, life, verify
from app.launch import Access, Attest, Launch, Record
from app.net.door import Request, Response
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import CLOCK, PAGES, PROVIDER, oidc, published

ONE, TWO = Record("Lead", "17"), Record("Lead", "18")


def launched(builder: Any) -> Launch:
    return verify(builder.attempt().request(), builder.connection, builder.keys)


def test_a_viewer_is_the_providers_subject() -> None:
    launch = launched(oidc())
    assert (launch.viewer.subject, launch.viewer.name, launch.viewer.locale) == ("248289761001", "Zoë Müller", "de-DE")
    assert launch.viewer.timezone == "Europe/Berlin"
    assert (launch.attests, launch.records, launch.origin) == ({Attest.VIEWER}, (ONE,), PAGES)
    assert launch.used_key == launched(oidc()).used_key != launched(oidc().said("iat", int(CLOCK) - 1)).used_key


def test_the_browsers_language_stands_in_for_the_tokens() -> None:
    request = replace(oidc().said("locale", None).attempt().request(), locale="fr")
    assert verify(request, oidc().connection, oidc().keys).viewer.locale == "fr"


def test_keys_come_from_the_providers_document_or_from_the_connections_address() -> None:
    def call(request: Request) -> Response:
        if "openid-configuration" in request.url:
            return answer({"issuer": PROVIDER, "jwks_uri": "https://keys.example.com/set"})
        return answer({"keys": [published("rs")]})

    for url, asked in (
        ("", [f"{PROVIDER}/.well-known/openid-configuration", "https://keys.example.com/set"]),
        ("https://login.example.com/keys", ["https://login.example.com/keys"]),
    ):
        door = ScriptedDoor(call)
        verify(oidc().attempt().request(), replace(oidc().connection, jwks_url=url), KeySets(door))
        assert [request.url for request in door.asked] == asked


def test_a_document_that_speaks_for_another_issuer_is_refused() -> None:
    document = {"issuer": "https://evil.example", "jwks_uri": "https://keys.example.com/set"}
    with pytest.raises(LaunchRefused) as refusal:
        verify(oidc().attempt().request(), oidc().connection, KeySets(ScriptedDoor(answer(document))))
    assert refusal.value.reason == "issuer-wrong"


def test_a_provider_that_is_away_is_no_refusal() -> None:
    with pytest.raises(HostUnavailable):
        verify(oidc().attempt().request(), oidc().connection, KeySets(ScriptedDoor(answer({}, 500))))


def test_a_shared_key_verifies_no_id_token() -> None:
    """HS256 with the client's secret: whoever knows the secret could sign in as anybody."""
    with pytest.raises(LaunchRefused) as refusal:
        launched(replace(oidc(), connection=replace(oidc().connection, algorithms=("HS256",))))
    assert refusal.value.reason == "algorithm-refused"


def test_who_cannot_be_asked_says_no() -> None:
    door = ScriptedDoor(answer({}))
    no = check_access(door.call, oidc().connection, "", "", [ONE, TWO], ["a"])
    assert no == dict.fromkeys([ONE, TWO], Access(allowed=False))
    open_ = replace(oidc().connection, open_records=True)
    assert check_access(door.call, open_, "", "", [ONE], ["a"]) == {ONE: Access(True, frozenset({"a"}))}
    assert door.asked == []


def test_a_token_lives_until_its_end() -> None:
    proof, door = oidc().proof(), ScriptedDoor(answer({}))
    assert drive(life(oidc().connection, proof, CLOCK), door.call) == Token(proof, CLOCK + 3570)
    for token, now in ((proof, CLOCK + 3570), ("x", CLOCK), (oidc().said("exp", "soon").proof(), CLOCK)):
        with pytest.raises(SessionExpired):
            drive(life(oidc().connection, token, now), door.call)
    assert door.asked == []
