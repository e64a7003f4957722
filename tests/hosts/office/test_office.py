"""The form, and whose tokens its connections take."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import LaunchRefused
from app.hosts.office import OFFICE as HOST
from app.launch import Attest, TokenType
from tests.hosts._proofs import APP, CLIENTS, entra


def test_a_token_says_who_and_nothing_more() -> None:
    assert HOST.attests == {Attest.VIEWER}
    assert HOST.takes == (TokenType.ACCESS_TOKEN, TokenType.JWT)
    assert HOST.exchange is not None
    assert not HOST.reads


def test_the_vendors_apps_are_those_of_this_host_until_the_connection_names_others() -> None:
    own = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
    builder = entra("office")
    named = replace(builder, connection=replace(builder.connection, clients=(own,)))
    for each, client in ((builder, CLIENTS["office"]), (builder, APP), (named, own), (named, APP)):
        attempt = each.said("azp", client).attempt()
        assert HOST.verify(attempt.request(), each.connection, each.keys)
    for each, client in ((builder, own), (named, CLIENTS["office"])):
        attempt = each.said("azp", client).attempt()
        with pytest.raises(LaunchRefused) as refusal:
            HOST.verify(attempt.request(), each.connection, each.keys)
        assert refusal.value.reason == "client-unlisted"
