"""Our own tokens and seals: made with the newest key, good with any, good for nothing else."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OctKey

from app.errors import SessionExpired, SessionInvalid
from app.keys import Keyring, SealBroken, same

OLD, NEW = "o" * 32, b"n" * 48
CLAIMS: dict[str, Any] = {"sid": "s1", "exp": 100.0}


@pytest.fixture
def ring() -> Keyring:
    return Keyring.from_secrets([NEW, OLD])


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def packed(text: str) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(text.encode()) + packer.flush()


def header(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "=="))
    return found


def test_a_token_goes_round(ring: Keyring) -> None:
    token = ring.sign(CLAIMS, "inlay-session")
    assert ring.verify(token, "inlay-session", now=99.9) == CLAIMS
    assert header(token) == {"alg": "HS256", "kid": ring.kids[0], "typ": "inlay-session"}


def test_rotation_the_old_key_verifies_and_the_new_one_signs(ring: Keyring) -> None:
    before = Keyring.from_secrets([OLD])
    token, sealed = before.sign(CLAIMS, "t"), before.seal(b"secret", "a")
    assert ring.verify(token, "t", 1) == CLAIMS
    assert ring.open(sealed, "a") == b"secret"
    assert header(ring.sign(CLAIMS, "t"))["kid"] == Keyring.from_secrets([NEW]).kids[0]
    after = Keyring.from_secrets([NEW])
    with pytest.raises(SessionInvalid):
        after.verify(token, "t", 1)
    with pytest.raises(SealBroken):
        after.open(sealed, "a")


def test_the_end_is_exact(ring: Keyring) -> None:
    with pytest.raises(SessionExpired):
        ring.verify(ring.sign(CLAIMS, "t"), "t", now=100.0)


@pytest.mark.parametrize("exp", [None, "100", True])
def test_a_token_without_end_is_not_made(ring: Keyring, exp: Any) -> None:
    with pytest.raises(ValueError, match="for ever"):
        ring.sign({"exp": exp}, "t")


def test_a_token_of_another_type_is_not_taken(ring: Keyring) -> None:
    with pytest.raises(SessionInvalid):
        ring.verify(ring.sign(CLAIMS, "sign-in"), "session", 1)


def forged(ring: Keyring) -> dict[str, str]:
    good = ring.sign(CLAIMS, "t")
    head, body, signature = good.split(".")
    kid, mine = ring.kids[0], OctKey.import_key(b"m" * 32)
    public = {"alg": "HS256", "kid": kid, "typ": "t"}
    other = base64.urlsafe_b64encode(packed(json.dumps({**CLAIMS, "sid": "s2"}))).rstrip(b"=").decode()
    return {
        "another body": f"{head}.{other}.{signature}",
        "another key": jws.serialize_compact(public, packed(json.dumps(CLAIMS)), mine, ["HS256"]),
        "no signature": f"{head}.{body}.",
        "alg none": f"{part({**public, 'alg': 'none'})}.{body}.",
        "another alg": jws.serialize_compact({**public, "alg": "HS512"}, packed(json.dumps(CLAIMS)), mine, ["HS512"]),
        "unknown kid": f"{part({**public, 'kid': '0' * 16})}.{body}.{signature}",
        "kid is no text": f"{part({**public, 'kid': [kid]})}.{body}.{signature}",
        "more header": f"{part({**public, 'jku': 'https://evil.example'})}.{body}.{signature}",
        "crit": f"{part({**public, 'crit': ['b64'], 'b64': False})}.{body}.{signature}",
        "no token": "",
        "two parts": f"{head}.{body}",
        "five parts": f"{good}.a.b",
        "not base64": "!.!.!",
        "not ASCII": good + "é",
        "too long": f"{head}.{'A' * 70_000}.{signature}",
        "deep": f"{base64.urlsafe_b64encode(b'[' * 30_000).decode()}.{body}.{signature}",
    }


@pytest.mark.parametrize("what", list(forged(Keyring.from_secrets([NEW]))))
def test_a_forged_token_is_refused(ring: Keyring, what: str) -> None:
    with pytest.raises(SessionInvalid) as caught:
        ring.verify(forged(ring)[what], "t", 1)
    assert not isinstance(caught.value, SessionExpired)


@pytest.mark.parametrize("payload", ["[]", "1", '{"sid": "s"}', '{"exp": "100"}', "nothing"])
def test_a_payload_that_is_not_ours_is_refused_although_signed(ring: Keyring, payload: str) -> None:
    key = ring._newest
    whole = {"alg": "HS256", "kid": key.kid, "typ": "t"}
    token = jws.serialize_compact(whole, packed(payload), key.signing, ["HS256"])
    with pytest.raises(SessionInvalid):
        ring.verify(token, "t", 1)


@pytest.mark.parametrize("payload", [b"", json.dumps(CLAIMS).encode(), packed(json.dumps(CLAIMS))[:-4], b"\xff" * 40])
def test_what_cannot_be_unpacked_is_refused_although_signed(ring: Keyring, payload: bytes) -> None:
    key = ring._newest
    token = jws.serialize_compact({"alg": "HS256", "kid": key.kid, "typ": "t"}, payload, key.signing, ["HS256"])
    with pytest.raises(SessionInvalid):
        ring.verify(token, "t", 1)


def test_claims_that_unpack_to_megabytes_are_refused(ring: Keyring) -> None:
    token = ring.sign(CLAIMS | {"sid": "s" * 1_100_000}, "t")
    assert len(token) < 3000
    with pytest.raises(SessionInvalid):
        ring.verify(token, "t", 1)


def test_what_is_likely_is_left_out(ring: Keyring) -> None:
    claims = CLAIMS | {"nam": "Ada Okafor", "rec": ["Lead/00Q1", "Lead/00Q2"]}
    likely = b'{"sid":"s1","exp":100.0,"nam":"Ada Okafor","rec":["Lead/00Q'
    token = ring.sign(claims, "t", likely)
    assert len(token) < len(ring.sign(claims, "t")) - 50
    assert ring.verify(token, "t", 1, likely) == claims
    with pytest.raises(SessionInvalid):
        ring.verify(token, "t", 1)


def test_a_seal_hides_and_opens_in_its_context_only(ring: Keyring) -> None:
    sealed = ring.seal(b"host token", "host-token:s1")
    assert b"host token" not in sealed
    assert sealed != ring.seal(b"host token", "host-token:s1")
    assert ring.open(sealed, "host-token:s1") == b"host token"
    with pytest.raises(SealBroken):
        ring.open(sealed, "host-token:s2")


@pytest.mark.parametrize("at", [0, 8, 20, -1])
def test_a_changed_seal_is_broken(ring: Keyring, at: int) -> None:
    sealed = bytearray(ring.seal(b"host token", "a"))
    sealed[at] ^= 1
    with pytest.raises(SealBroken):
        ring.open(bytes(sealed), "a")


@pytest.mark.parametrize("length", [0, 7, 8, 19, 20, 35])
def test_a_seal_that_was_cut_is_broken(ring: Keyring, length: int) -> None:
    with pytest.raises(SealBroken):
        ring.open(ring.seal(b"", "a")[:length], "a")


@pytest.mark.parametrize("secrets", [[], ["short"], [NEW, "short"]])
def test_a_weak_ring_is_not_made(secrets: list[str | bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring.from_secrets(secrets)


def test_a_ring_does_not_show_its_secrets(ring: Keyring) -> None:
    assert "nnnn" not in repr(vars(ring))


def test_same() -> None:
    assert same("é", "é".encode())
    assert not same("a", "ab")
    assert not same("", "a")
    assert same("\ud800", "\ud800")
