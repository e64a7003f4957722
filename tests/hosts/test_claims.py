"""The five sets of claims, and strict reading."""

from __future__ import annotations

import pytest

from app.errors import LaunchRefused
from app.hosts import _reasons
from app.hosts._claims import ClaimSet, Context, is_number, is_text, read_object
from app.hosts._reasons import refused
from tests.hosts._proofs import guest

CONTEXT = Context(guest().attempt().request(), guest().connection)


def seven(value: object, _: Context) -> str:
    return "" if value == 7 else "claim-wrong"


def reason_of(claims: ClaimSet, said: dict[str, object]) -> str:
    with pytest.raises(LaunchRefused) as refusal:
        claims.verify(said, CONTEXT)
    return refusal.value.reason


def test_no_checks_declared_is_a_refusal() -> None:
    """An empty declaration has nothing that could fail; that must not read as success."""
    assert reason_of(ClaimSet(), {"sub": "u-1"}) == "no-checks"
    assert reason_of(ClaimSet(required_unchecked=frozenset({"sub"})), {"sub": "u-1"}) == "no-checks"


def test_each_set_does_what_it_says() -> None:
    claims = ClaimSet(
        required={"a": seven},
        required_unchecked=frozenset({"b"}),
        optional={"c": seven},
        already_verified=frozenset({"d"}),
        ignored=frozenset({"e"}),
    )
    assert claims.verify({"a": 7, "b": 0}, CONTEXT) == ()
    assert claims.verify({"a": 7, "b": 0, "c": 7, "d": 0, "e": 0}, CONTEXT) == ()
    assert reason_of(claims, {"b": 0}) == "claim-missing:a"
    assert reason_of(claims, {"a": 7}) == "claim-missing:b"
    assert reason_of(claims, {"a": 8, "b": 0}) == "claim-wrong:a"
    assert reason_of(claims, {"a": 7, "b": 0, "c": 8}) == "claim-wrong:c"


def test_a_claim_is_in_one_set_only() -> None:
    with pytest.raises(ValueError, match="a"):
        ClaimSet(required={"a": seven}, ignored=frozenset({"a"}))


def test_unknown_claims_are_named_within_bounds() -> None:
    claims = ClaimSet(required={"a": seven})
    assert claims.verify({"a": 7, "z": 1, "y\n": 1}, CONTEXT) == ("y?", "z")
    many = {"a": 7} | {f"{n:03d}{'x' * 100}": 0 for n in range(50)}
    unknown = claims.verify(many, CONTEXT)
    assert len(unknown) == 20
    assert max(map(len, unknown)) == 64


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (b'{"a": 1, "a": 1}', "duplicate-key"),
        (b'{"a": {"b": 1, "b": 2}}', "duplicate-key"),
        (b'{"a": [{"b": 1, "b": 2}]}', "duplicate-key"),
        (b'{"a": NaN}', "malformed"),
        (b'{"a": -Infinity}', "malformed"),
        (b'{"a": 1,}', "malformed"),
        (b"\xef\xbb\xbf{}", "malformed"),
        (b"7", "malformed"),
        (b"", "malformed"),
        (b'{"a":' * 100_000, "malformed"),
        (b'{"a": 1' + b"0" * 5_000 + b"}", "malformed"),  # more digits than Python reads
    ],
    ids=lambda value: str(value)[:20],
)
def test_strict_reading(written: bytes, reason: str) -> None:
    with pytest.raises(LaunchRefused) as refusal:
        read_object(written)
    assert refusal.value.reason == reason


def test_texts_and_numbers() -> None:
    assert is_text("Zoë 李 مرحبا 山田　太郎", 20)
    for value in ("", "a\nb", "a\x00", "\ud800", "x" * 21, 7, None):
        assert not is_text(value, 20)
    for value in (0, -1.5, 10**17):
        assert is_number(value)
    for value in (True, "1", float("inf"), float("nan"), 10**400, None):
        assert not is_number(value)


def test_a_reason_outside_the_table_is_our_own_error() -> None:
    assert refused("expired").code == "expired"
    assert refused("claim-missing", "sub").reason == "claim-missing:sub"
    with pytest.raises(KeyError):
        refused("because")
    assert all(sentence.endswith(".") for sentence in _reasons.REASONS.values())
