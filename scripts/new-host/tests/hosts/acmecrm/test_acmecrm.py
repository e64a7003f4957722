"""The form: what a token of AcmeCRM proves, and what it does not."""

from __future__ import annotations

from app.hosts.acmecrm import ACMECRM as HOST
from app.launch import Attest
from tests.hosts.acmecrm.described import good


def test_a_token_says_who_and_nothing_more() -> None:
    builder = good()
    launch = HOST.verify(builder.attempt().request(), builder.connection, builder.keys)
    assert HOST.attests == launch.attests == {Attest.VIEWER}
    assert (launch.viewer.subject, launch.viewer.name) == ("u-17", "Zoë Müller")
