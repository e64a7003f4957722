"""The form: whose tokens are taken, and what the directory is asked for in a viewer's name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import LaunchRefused
from app.hosts._oauth import drive
from app.hosts.dynamics import DYNAMICS as HOST
from app.launch import Attest
from app.net.door import Request, Response
from tests.hosts._door import answer
from tests.hosts._proofs import APP, CLIENTS, CLOCK
from tests.hosts.dynamics.described import ENVIRONMENT, good


def test_a_token_says_who_and_nothing_more() -> None:
    assert HOST.attests == {Attest.VIEWER}
    assert HOST.reads
    assert "host_url" in HOST.requires


def test_no_app_of_the_vendor_s_asks_here() -> None:
    builder = good()
    assert HOST.verify(builder.said("azp", APP).attempt().request(), builder.connection, builder.keys)
    for client in CLIENTS.values():
        with pytest.raises(LaunchRefused) as refusal:
            HOST.verify(builder.said("azp", client).attempt().request(), builder.connection, builder.keys)
        assert refusal.value.reason == "client-unlisted"


def test_the_directory_is_asked_for_a_token_of_this_environment() -> None:
    builder, asked = good(), []

    def call(request: Request) -> Response:
        asked.append(request)
        return answer({"access_token": "for-dataverse", "token_type": "Bearer", "expires_in": 3600})

    assert HOST.exchange is not None
    assert drive(HOST.exchange(builder.connection, builder.proof(), CLOCK), call).value == "for-dataverse"
    assert asked[0].form["scope"] == f"{ENVIRONMENT}/user_impersonation"


def test_a_token_of_the_environment_itself_is_no_launch() -> None:
    builder = good()
    with pytest.raises(LaunchRefused) as refusal:
        HOST.verify(builder.said("aud", ENVIRONMENT).attempt().request(), builder.connection, builder.keys)
    assert refusal.value.reason == "api-token"
    elsewhere = replace(builder.connection, host_url="https://fabrikam.crm.dynamics.com")
    launch = HOST.verify(builder.attempt().request(), elsewhere, builder.keys)
    assert launch.host_url == "https://fabrikam.crm.dynamics.com"  # the connection's, whatever a page says
