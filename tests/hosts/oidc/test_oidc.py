"""The form."""

from __future__ import annotations

from app.hosts.oidc import OIDC
from app.launch import Attest, TokenType


def test_an_id_token_says_who_and_nothing_more() -> None:
    assert OIDC.attests == {Attest.VIEWER}
    assert OIDC.takes == (TokenType.ID_TOKEN, TokenType.JWT)
    assert not OIDC.reads
