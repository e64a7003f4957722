"""Keys that sign seals: of the secrets alone, each for itself, checked by their public halves."""

from __future__ import annotations

from app.keys import SealKeys

OLD, NEW = b"o" * 32, b"n" * 32


def test_a_secret_gives_the_same_key_everywhere() -> None:
    one, other = SealKeys.from_secrets([NEW, OLD]), SealKeys.from_secrets([NEW])
    assert one.kid == other.kid
    assert other.check(one.publics[one.kid], b"seal", one.sign(b"seal"))
    assert SealKeys.from_secrets([OLD]).kid in one.publics


def test_only_its_own_signature_of_exactly_this_is_taken() -> None:
    keys, public = SealKeys.from_secrets([NEW]), SealKeys.from_secrets([NEW]).publics
    signed = keys.sign(b"seal")
    assert not keys.check(public[keys.kid], b"seam", signed)
    assert not keys.check(public[keys.kid], b"seal", b"")
    assert not keys.check(b"", b"seal", signed)
    assert not keys.check(next(iter(SealKeys.from_secrets([OLD]).publics.values())), b"seal", signed)


def test_a_name_is_of_its_key() -> None:
    keys = SealKeys.from_secrets([NEW])
    assert keys.name(keys.publics[keys.kid]) == keys.kid
    assert keys.name(b"\0" * 32) != keys.kid
