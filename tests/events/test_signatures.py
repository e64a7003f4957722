"""Who sent an event: the signature by the standard's own library, its window of time; a token."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from app.config import Secret
from app.events.signatures import EventRefused, require_token, verify

KEY, NEXT = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
NOW = 1_795_000_000.0
BODY = b'{"type": "record.changed", "data": {"record": "Lead/1"}}'


def headers(secret: str = KEY, at: float = NOW, body: bytes = BODY, **changes: str) -> dict[str, str]:
    signature = Webhook(secret).sign("msg_1", datetime.fromtimestamp(at, UTC), body.decode())
    signed = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(int(at)), "Webhook-Signature": signature}
    return signed | {name.replace("_", "-"): value for name, value in changes.items()}


def reason(given: dict[str, str], *keys: str, body: bytes = BODY) -> str:
    with pytest.raises(EventRefused) as refusal:
        verify([Secret(key) for key in keys or (KEY,)], given, body, NOW)
    return refusal.value.reason


@pytest.mark.parametrize("at", [NOW, NOW - 300, NOW + 300])
def test_the_librarys_signature_holds(at: float) -> None:
    assert verify([Secret(KEY)], headers(at=at), BODY, NOW) == "msg_1"


def test_one_of_several_keys_and_one_of_several_signatures_is_enough() -> None:
    both = f"{headers(NEXT)['Webhook-Signature']} v1a,xyz {headers()['Webhook-Signature']}"
    assert verify([Secret(NEXT), Secret(KEY)], headers(), BODY, NOW) == "msg_1"
    assert verify([Secret(KEY)], headers(Webhook_Signature=both), BODY, NOW) == "msg_1"


@pytest.mark.parametrize(
    "changes",
    [
        {"Webhook_Signature": ""},
        {"Webhook_Signature": "v1,"},
        {"Webhook_Signature": "v1,*"},
        {"Webhook_Signature": "v2,AAAA"},
        {"Webhook_Id": "msg_2"},
        {"Webhook_Id": "\ud800"},  # half a character
        {"Webhook_Timestamp": str(int(NOW) + 1)},
    ],
)
def test_what_was_not_signed_so_is_refused(changes: dict[str, str]) -> None:
    assert reason(headers(**changes)) == "event-signature-wrong"
    assert reason(headers(), body=BODY + b" ") == "event-signature-wrong"


def test_without_keys_nothing_holds() -> None:
    with pytest.raises(EventRefused):
        verify([], headers(), BODY, NOW)
    assert reason(headers(), NEXT) == "event-signature-wrong"


@pytest.mark.parametrize("at", [NOW - 301, NOW + 301])
def test_outside_its_window(at: float) -> None:
    assert reason(headers(at=at)) == "event-time-wrong"


@pytest.mark.parametrize("stamp", ["", "x", "-1", "1e9", "\u0661", "1795000000.0"])
def test_a_time_is_digits(stamp: str) -> None:
    assert reason(headers(Webhook_Timestamp=stamp)) == "event-headers-missing"


def test_a_time_of_many_digits_is_far_away() -> None:
    assert reason(headers(Webhook_Timestamp="9" * 5000)) == "event-time-wrong"


@pytest.mark.parametrize("secret", ["whsec_", "whsec_not-base64!", "whsec_C2FVsBQIhrscChlQIMV-b5sSYspob7o"])
def test_a_secret_that_is_no_key_signs_nothing(secret: str) -> None:
    """Else everybody could sign: with the empty key."""
    digest = hmac.new(b"", b"msg_1.%d." % NOW + BODY, hashlib.sha256).digest()
    forged = headers(Webhook_Signature=f"v1,{base64.b64encode(digest).decode()}")
    assert reason(forged, secret) == "event-signature-wrong"


def test_one_of_several_tokens_is_enough() -> None:
    require_token([Secret("a" * 32), Secret("b" * 32)], "b" * 32)


@pytest.mark.parametrize("offered", ["", "a", "a" * 31, "a" * 33, "\u00e4" * 32, "\udcff"])
def test_anything_but_a_token_is_refused(offered: str) -> None:
    with pytest.raises(EventRefused) as refusal:
        require_token([Secret("a" * 32)], offered)
    assert refusal.value.reason == "event-token-wrong"


@pytest.mark.parametrize("offered", ["", "a"])
def test_without_tokens_nothing_is_one(offered: str) -> None:
    with pytest.raises(EventRefused):
        require_token([], offered)
