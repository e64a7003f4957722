"""Whether the keys that an issuer publishes are of a kind that the connection takes."""

from __future__ import annotations

import pytest

from app.health.findings import Watch
from app.health.keys import keys
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import published

URL = "https://login.example.com/keys"


@pytest.mark.parametrize(
    ("algorithms", "level"),
    [(("RS256",), "ok"), (("EdDSA", "RS256"), "ok"), (("EdDSA",), "problem"), ((), "ok"), (("HS256",), "ok")],
)
def test_one_key_of_a_kind_that_is_taken(algorithms: tuple[str, ...], level: str) -> None:
    watch = Watch(ScriptedDoor(answer({"keys": [published("rs")]})), lambda: 0.0)
    assert keys("connection x", URL, algorithms, watch).level == level


def test_keys_that_cannot_be_had() -> None:
    found = keys("connection x", URL, ("RS256",), Watch(ScriptedDoor(answer({}, 404)), lambda: 0.0))
    assert (found.level, "keys-status-404" in found.what) == ("problem", True)
