"""Seals outside: what another system keeps is enough to check each signature and each chain by itself."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.audit import export_seals
from app.audit.export_seals import lines
from tests.audit.sealing import Sealed


def test_signatures_and_chains_can_be_checked_without_us(sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_seals, "_PAGE", 2)
    for number in (1, 2, 3):
        sealed.write(f"Lead/{number}")
        sealed.seal()
    said = [json.loads(line) for line in lines(sealed.database, sealed.keys)]
    keys = {each["kid"]: base64.b64decode(each["public"]) for each in said if each["kind"] == "key"}
    seals = [each for each in said if each["kind"] == "seal"]
    assert len(seals) == 6
    before: dict[str, str] = {}
    for each in seals:
        public = Ed25519PublicKey.from_public_bytes(keys[each["kid"]])
        public.verify(base64.b64decode(each["signature"]), each["body"].encode())
        body = json.loads(each["body"])
        assert body["previous"] == before.get(body["family"], "")
        before[body["family"]] = hashlib.sha256(each["body"].encode()).hexdigest()
        assert each["sha256"] == before[body["family"]]
