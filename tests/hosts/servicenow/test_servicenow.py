"""The form."""

from __future__ import annotations

from app.hosts.servicenow import SERVICENOW
from app.launch import Attest


def test_its_pages_prove_nothing_and_its_viewers_sign_in() -> None:
    assert SERVICENOW.attests == {Attest.VIEWER}
    assert SERVICENOW.takes == ()
    assert SERVICENOW.sign_in is not None
    assert SERVICENOW.reads
