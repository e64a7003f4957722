"""The CRM signs as Salesforce does: two vectors that the official verifiers accept, byte by byte."""

from __future__ import annotations

import base64
import json

import pytest

from app.demo.crm import signed
from app.demo.crm.people import PEOPLE

A = (
    "secret",
    "7RdnjpfsYNJLEdI71FXI1jq/x2ShE5r9raZ6NTJpDc4=.eyJhbGdvcml0aG0iOiJITUFDU0hBMjU2IiwiaXNzdWVkQXQiOm51bGwsInVzZXJJ"
    "ZCI6IjAwNXh4MDAwMDAwMDAwMSJ9",
)
B = (
    "4D1C2B3A5E6F",
    "BiSI6/T2IePEhfZ3Meg++C1paEep0VE8oGYtwmo5EHY=.eyJhbGdvcml0aG0iOiJITUFDU0hBMjU2IiwiaXNzdWVkQXQiOi0xODgyNTg3OTk0"
    "LCJ1c2VySWQiOiIwMDVBQjAwMDAwMVp6WnpZQUsiLCJjbGllbnQiOnsicmVmcmVzaFRva2VuIjpudWxsLCJpbnN0YW5jZUlkIjoiXzpBSV9QYW5l"
    "bHM6MTI6MDpjYW52YXNhcHAiLCJ0YXJnZXRPcmlnaW4iOiJodHRwczovL2FjbWUubXkuc2FsZXNmb3JjZS5jb20iLCJpbnN0YW5jZVVybCI6Imh0"
    "dHBzOi8vYWNtZS5teS5zYWxlc2ZvcmNlLmNvbSIsIm9hdXRoVG9rZW4iOiIwMERBQjAwMDAwMDAwMDEhQVEuZXhhbXBsZSJ9LCJjb250ZXh0Ijp7"
    "InVzZXIiOnsidXNlcklkIjoiMDA1QUIwMDAwMDFaelp6WUFLIiwiZnVsbE5hbWUiOiJab8OrIOadjiJ9LCJlbnZpcm9ubWVudCI6eyJkaXNwbGF5"
    "TG9jYXRpb24iOiJBdXJhIiwic3VibG9jYXRpb24iOm51bGwsInBhcmFtZXRlcnMiOnsicmVjb3JkSWQiOiIwMFFBQjAwMDAwM0xlYWRBQTIifSwi"
    "cmVjb3JkIjp7fX0sIm9yZ2FuaXphdGlvbiI6eyJvcmdhbml6YXRpb25JZCI6IjAwREFCMDAwMDAwMDAwMUVBQSJ9fX0=",
)


def contents(request: str) -> dict[str, object]:
    decoded: dict[str, object] = json.loads(base64.b64decode(request.partition(".")[2]))
    return decoded


@pytest.mark.parametrize(("secret", "request_text"), [A, B], ids=["A", "B"])
def test_reproduces_the_reference_vectors(secret: str, request_text: str) -> None:
    assert signed.sign(contents(request_text), secret) == request_text


def test_another_secret_gives_another_signature() -> None:
    assert signed.sign(contents(B[1]), "other").partition(".")[0] != B[1].partition(".")[0]


def test_issued_at_is_never_a_time() -> None:
    for now in (0.0, 1_700_000_000.123, 1_795_000_000.0, 2_000_000_000.999):
        assert -(2**31) <= signed.issued_at(now) < 0


def test_payload_names_the_record_only_in_the_parameters() -> None:
    payload = signed.payload(
        PEOPLE["zoe"],
        "00QAB000003LeadAA2",
        "score-badge",
        origin="http://crm",
        token="t",
        canvas_url="http://inlay/launch/crm",
    )
    environment = payload["context"]["environment"]
    assert environment["parameters"]["recordId"] == "00QAB000003LeadAA2"
    assert environment["record"] == {}
    assert environment["displayLocation"] == "Aura"
    assert payload["client"]["targetOrigin"] == "http://crm"
    assert payload["context"]["user"]["fullName"] == "Zoë Müller"
    assert payload["algorithm"] == "HMACSHA256"
