"""Access tokens: whom they speak for, and when they are dead."""

from __future__ import annotations

import pytest

from app.demo.crm.people import PEOPLE
from app.demo.crm.tokens import LIFETIME_S, Tokens


def test_speak_for_a_person_or_for_the_integration() -> None:
    tokens = Tokens("secret")
    zoe, integration = tokens.read(tokens.issue(PEOPLE["zoe"])), tokens.read(tokens.issue(None))
    assert zoe is not None
    assert zoe.person is PEOPLE["zoe"]
    assert integration is not None
    assert integration.may_see_field("AnnualRevenue")


def test_survive_a_restart_with_the_same_secret_only() -> None:
    token = Tokens("secret").issue(PEOPLE["zoe"])
    assert Tokens("secret").read(token) is not None
    assert Tokens("other").read(token) is None


def test_die_by_time_and_by_revocation() -> None:
    tokens = Tokens("secret")
    token = tokens.issue(PEOPLE["zoe"], now=1000.0)
    assert tokens.read(token, now=1000.0 + LIFETIME_S) is not None
    assert tokens.read(token, now=1001.0 + LIFETIME_S) is None
    tokens.revoke(token)
    assert tokens.read(token, now=1000.0) is None


@pytest.mark.parametrize("change", ["", "x", "é", "00D!AQ.e30.e30", "..."])
def test_nonsense_is_dead(change: str) -> None:
    assert Tokens("secret").read(change) is None
