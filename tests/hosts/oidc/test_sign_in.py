"""What an OpenID provider's sign-in has of its own; the rest is tested for all hosts at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import HostUnavailable
from app.hosts._sign_in import HostTokens
from app.hosts.oidc.sign_in import SIGN_IN
from tests.hosts._door import answer
from tests.hosts._proofs import CLOCK
from tests.hosts._sign_ins import provider


def test_it_asks_to_stay_signed_in_where_the_provider_knows_how() -> None:
    there = provider("oidc")
    assert there.slot is SIGN_IN
    assert there.begin()["scope"] == "openid profile offline_access"
    there.keys.changes["scopes"] = frozenset()
    assert there.begin()["scope"] == "openid profile"


def test_a_sign_in_that_cannot_be_renewed_holds_as_long_as_its_own_statement() -> None:
    there = provider("oidc")
    there.token = {"refresh_token": None}
    there.begin()
    assert there.finish().tokens == HostTokens("access-1", CLOCK + 3540)


def test_a_provider_whose_document_knows_no_sign_in() -> None:
    there = provider("oidc")
    there.keys.changes["token_url"] = ""
    for ask in (there.begin, there.finish, lambda: there.refresh(HostTokens("a", 0.0, "b"))):
        with pytest.raises(HostUnavailable) as away:
            ask()
        assert away.value.reason == "discovery-no-sign-in"


def test_an_answer_without_an_id_token_is_no_sign_in() -> None:
    there = provider("oidc")
    there.begin()
    there.token = {"id_token": None}
    with pytest.raises(HostUnavailable) as away:
        there.finish()
    assert away.value.reason == "sign-in-no-id-token"


def test_a_provider_without_an_address_for_it_is_not_told() -> None:
    there = provider("oidc")
    there.keys.changes["revocation_url"] = ""
    there.revoke(HostTokens("access-1", CLOCK, "refresh-1"))
    assert there.asked == []


def test_a_secret_goes_where_the_provider_takes_it() -> None:
    there = provider("oidc")
    there.keys.changes["secret_in_body"] = False
    there.answers["/token"] = answer({"access_token": "access-2"})
    there.refresh(HostTokens("access-1", CLOCK, "refresh-1"))
    assert there.asked[0].headers["Authorization"].startswith("Basic ")


def test_no_name_is_asked_for_where_the_id_token_has_one() -> None:
    there = provider("oidc")
    there.begin()
    there.finish()
    assert len(there.asked) == 1
    there = replace(provider("oidc"), claims={"name": None})
    there.keys.changes["userinfo_url"] = ""
    there.begin()
    assert there.finish().viewer.name == ""
