"""What an org's sign-in has of its own; the rest is tested for all hosts at once."""

from __future__ import annotations

from dataclasses import replace

from app.hosts.salesforce.sign_in import LIFE_S, SIGN_IN
from tests.hosts._proofs import CLOCK
from tests.hosts._sign_ins import VIEWER, connection_of, provider


def test_it_asks_for_what_is_needed_in_a_window_of_its_own() -> None:
    there = provider("salesforce")
    assert there.slot is SIGN_IN
    said = there.begin()
    assert said["scope"] == "api id openid refresh_token"
    assert said["display"] == "popup"
    assert said[""] == "https://acme.my.salesforce.com/services/oauth2/authorize"


def test_its_own_domain_must_be_known() -> None:
    assert not SIGN_IN.ready(replace(connection_of("salesforce"), host_url=""))


def test_the_viewer_is_the_same_as_one_who_comes_by_a_signed_request() -> None:
    there = provider("salesforce")
    there.viewer |= {"user_id": VIEWER[:15]}
    there.begin()
    signed = there.finish()
    assert (signed.viewer.subject, signed.viewer.locale) == (VIEWER, "de_DE")
    assert signed.tokens.expires_at == CLOCK + LIFE_S


def test_an_org_that_is_not_named_is_known_by_its_domain() -> None:
    there = provider("salesforce")
    there.connection = replace(there.connection, issuer="")
    there.begin()
    assert there.finish().organisation == "acme.my.salesforce.com"
