"""What may not become an audit value."""

from __future__ import annotations

from typing import Any

import pytest

from app.audit.redaction import REDACTED, clean
from app.config import Secret

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        JWT,
        f"got {JWT} from the host",
        "Authorization: Bearer 00Dxx0000001gPL!AR8AQ",
        "basic dXNlcjpwYXNzd29yZA==",
        "-----BEGIN EC PRIVATE KEY-----",
        "grant_type=x&client_secret=hunter2",
        '{"access_token": "abc"}',
        "password: hunter2",
    ],
)
def test_what_looks_like_a_secret_is_left_out(text: str) -> None:
    assert clean(text) == REDACTED
    assert clean({"a": [text]}) == {"a": [REDACTED]}


@pytest.mark.parametrize(
    "value",
    [
        "Lead/00QAB000003LeadAA2",
        "https://crm.example.com",
        "token-expired",
        "bearer of news",
        "password-policy",
        "lead_score",
        7,
        0.5,
        True,
        None,
    ],
)
def test_what_is_none_stays(value: Any) -> None:
    assert clean(value) == value


@pytest.mark.parametrize("value", [Secret("hush"), b"bytes", ValueError("x"), object()])
def test_a_thing_that_is_no_value_is_a_mistake_of_ours(value: Any) -> None:
    with pytest.raises(TypeError, match="not an audit value") as caught:
        clean([value])
    assert "hush" not in str(caught.value)


def test_sizes_are_bounded_and_any_text_can_be_stored() -> None:
    assert len(clean("x" * 10_000)) == 500
    assert len(clean(["x"] * 1000)) == 50
    assert clean("a\0b\ud800") == "a\N{REPLACEMENT CHARACTER}b?"
    assert clean(frozenset({"b", "a"})) == ["a", "b"]
