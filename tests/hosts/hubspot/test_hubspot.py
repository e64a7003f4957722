"""The form: what a signed request says, and that a card's own words decide nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.hosts.hubspot import HUBSPOT as HOST
from app.launch import Attest, TokenType
from tests.hosts.hubspot.described import good


def test_it_says_who_asks_and_nothing_more() -> None:
    assert HOST.attests == {Attest.VIEWER}
    assert HOST.takes == (TokenType.SIGNED_REQUEST,)
    assert HOST.opens in HOST.pages
    builder = good()
    launch = HOST.verify(builder.attempt().request(), builder.connection, builder.keys)
    assert (launch.viewer.subject, launch.viewer.name, launch.viewer.locale) == (
        "76543", "zoe.müller@acme.example", "de-de",
    )  # fmt: skip
    assert [str(each) for each in launch.records] == ["Lead/17"]


def test_a_form_that_signs_requests_says_where_they_lead() -> None:
    with pytest.raises(ValueError, match="which of its pages"):
        replace(HOST, opens="nowhere")
    with pytest.raises(ValueError, match="which of its pages"):
        replace(HOST, signs=())
