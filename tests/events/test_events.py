"""Events: the signature by the standard's own library, its window of time, and what an event may say."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from app.config import Secret
from app.errors import BadRequest
from app.events import EventRefused, changed_records, outcome_told, read_event, verify

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


@pytest.mark.parametrize("data", [{"record": "Lead/1"}, {"records": ["Lead/1", "Lead/1"]}])
def test_it_names_records(data: object) -> None:
    body = json.dumps({"type": "record.changed", "data": data}).encode()
    assert [str(each) for each in changed_records(read_event(body))] == ["Lead/1"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"type": "record.changed"}',
        b'{"type": "record.deleted", "data": {"record": "Lead/1"}}',
        b'{"type": "record.changed", "data": {"record": 1}}',
        b'{"type": "record.changed", "data": {"records": []}}',
        b'{"type": "record.changed", "data": {"records": "Lead/1"}}',
        b'{"type": "record.changed", "data": {"record": "<script>"}}',
        b'{"type": "record.changed", "data": "record"}',
        b'{"type":' * 5000,
        json.dumps({"type": "record.changed", "data": {"records": [f"Lead/{n}" for n in range(201)]}}).encode(),
    ],
)
def test_anything_else_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest):
        changed_records(read_event(body))


def outcome(**changes: object) -> bytes:
    data = {"record": "Lead/1", "outcome": "converted", "at": "2026-11-18T00:00:00Z"} | changes
    return json.dumps({"type": "record.outcome", "data": data}).encode()


def test_an_outcome_says_what_and_when() -> None:
    told = outcome_told(read_event(outcome()), NOW)
    assert (str(told.record), told.outcome, told.at) == ("Lead/1", "converted", 1_794_960_000.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "sold"},
        {"at": "2026-11-18T00:00:00"},  # of which zone?
        {"at": "2036-01-01T00:00:00Z"},
        {"at": 5},
        {"at": None},
        {"record": "<script>"},
    ],
)
def test_an_outcome_that_says_anything_else_is_a_bad_request(changes: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        outcome_told(read_event(outcome(**changes)), NOW)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_not-base64!", "whsec_C2FVsBQIhrscChlQIMV-b5sSYspob7o"])
def test_a_secret_that_is_no_key_signs_nothing(secret: str) -> None:
    """Else everybody could sign: with the empty key."""
    digest = hmac.new(b"", b"msg_1.%d." % NOW + BODY, hashlib.sha256).digest()
    forged = headers(Webhook_Signature=f"v1,{base64.b64encode(digest).decode()}")
    assert reason(forged, secret) == "event-signature-wrong"
