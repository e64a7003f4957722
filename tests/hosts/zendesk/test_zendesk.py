"""The form: what a token says, and how long it holds."""

from __future__ import annotations

import pytest

from app.errors import SessionExpired
from app.hosts._oauth import drive
from app.hosts._once import HOLDS_S
from app.hosts.zendesk import ZENDESK as HOST
from app.launch import Attest, TokenType
from tests.hosts.zendesk.described import AGENT, good


def test_a_token_says_who_and_nothing_more() -> None:
    assert HOST.attests == {Attest.VIEWER}
    assert HOST.takes == (TokenType.JWT,)
    assert HOST.reads
    builder = good()
    launch = HOST.verify(builder.attempt().request(), builder.connection, builder.keys)
    assert launch.viewer.subject == AGENT
    assert launch.host_token is not None
    assert builder.proof() not in launch.host_token  # it is worth nothing to anybody, and is not kept


def test_a_launch_holds_for_an_hour() -> None:
    builder = good()
    launch = HOST.verify(builder.attempt().request(), builder.connection, builder.keys)
    assert HOST.exchange is not None
    began = builder.attempt().now
    token = drive(HOST.exchange(builder.connection, str(launch.host_token), began + HOLDS_S - 1), lambda _: 1 / 0)
    assert token.expires_at == began + HOLDS_S
    with pytest.raises(SessionExpired):
        drive(HOST.exchange(builder.connection, str(launch.host_token), began + HOLDS_S), lambda _: 1 / 0)
