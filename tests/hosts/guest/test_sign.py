"""A launch by hand is a launch: the same verification takes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.config import Secret
from app.errors import ConfigError
from app.hosts.guest import GUEST
from app.hosts.guest.launch import verify
from app.hosts.guest.sign import sign
from app.launch import LaunchRequest, Record
from tests.hosts._proofs import CLOCK, FixedKeys, guest

ORIGIN = guest().connection.origins[0]
RECORDS = [Record("Lead", "1"), Record("Lead", "2")]
BASE = replace(
    guest().connection,
    algorithms=("HS256",),
    jwks_url="",
    shared_keys={"new": Secret("n" * 40), "old": Secret("o" * 40)},
)


@pytest.mark.parametrize("kid", ["", "new", "old"])
@pytest.mark.parametrize("records", [RECORDS, RECORDS[:1]])
def test_what_is_signed_is_taken(kid: str, records: list[Record]) -> None:
    token = sign(BASE, "maria", records, "score-badge", ORIGIN, kid, CLOCK)
    launch = verify(LaunchRequest(token, "score-badge", (), ORIGIN, CLOCK + 299), BASE, FixedKeys())
    assert (launch.viewer.subject, launch.records, launch.component) == ("maria", tuple(records), "score-badge")
    assert launch.attests == GUEST.attests


@pytest.mark.parametrize(
    "changes", [{"shared_keys": {}}, {"algorithms": ("EdDSA",)}, {"shared_keys": {"other": Secret("x" * 40)}}]
)
def test_without_the_key_it_says_what_to_do(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as refusal:
        sign(replace(BASE, **changes), "maria", RECORDS, "score-badge", ORIGIN, "old", CLOCK)  # type: ignore[arg-type]
    [problem] = refusal.value.problems
    assert "shared key" in problem.what
    assert problem.mend
