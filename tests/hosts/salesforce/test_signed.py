"""The signature of signed requests, by vectors that the vendor's own verifier agrees with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.errors import LaunchRefused
from app.hosts.salesforce.launch import verify
from app.hosts.salesforce.signed import open_signed
from app.launch import LaunchRequest
from tests.hosts._proofs import CANVAS, FixedKeys, canvas, secrets

VECTORS: list[dict[str, Any]] = CANVAS["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[each["name"] for each in VECTORS])
def test_vector(vector: dict[str, Any]) -> None:
    keys = secrets(*vector["secrets"])
    if vector["opens"]:
        assert open_signed(vector["proof"], keys) == vector["proof"].partition(".")[2]
    else:
        with pytest.raises(LaunchRefused) as refusal:
            open_signed(vector["proof"], keys)
        assert refusal.value.reason == vector["reason"]


@pytest.mark.parametrize("vector", VECTORS, ids=[each["name"] for each in VECTORS])
def test_vector_as_a_launch(vector: dict[str, Any]) -> None:
    connection = replace(canvas().connection, secrets=secrets(*vector["secrets"]))
    request = LaunchRequest(vector["proof"], CANVAS["component"], now=CANVAS["clock"])
    if not vector["reason"]:
        assert str(verify(request, connection, FixedKeys()).records[0]) == "Lead/00QAB000003LeadAA2"
    else:
        with pytest.raises(LaunchRefused) as refusal:
            verify(request, connection, FixedKeys())
        assert refusal.value.reason == vector["reason"]


def test_the_signature_comes_before_reading() -> None:
    """Unsigned nonsense is a wrong signature, not a parse error: nothing of it was looked at."""
    for payload in ("bm90IGpzb24=", "!!!!", "e30="):
        with pytest.raises(LaunchRefused) as refusal:
            open_signed(f"AAAA.{payload}", secrets("secret"))
        assert refusal.value.reason == "signature-wrong"
