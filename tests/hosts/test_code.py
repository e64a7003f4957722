"""What all sign-ins share: where a client's secret goes, and what a refusal is called."""

from __future__ import annotations

import base64
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from app.config import Secret
from app.errors import HostUnavailable, LaunchRefused, SessionExpired
from app.hosts._code import Client, authorization_url, get_json, redeem, refresh, require_issuer
from app.hosts._oauth import drive
from app.hosts._sign_in import HostTokens
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._sign_ins import ATTEMPT

URL, BACK = "https://login.example.com/token", "https://inlay.example.com/oauth/acme/callback"
GIVEN = answer({"access_token": "access-1", "token_type": "Bearer"})
CLIENT = Client("in:lay", Secret("s3cret&="))


def sent(client: Client) -> tuple[dict[str, str], str]:
    """What the token endpoint is sent: the form, and the Authorization header."""
    door = ScriptedDoor(GIVEN)
    drive(redeem(URL, client, ATTEMPT, "code-1", BACK, 1_000.0), door.call)
    (request,) = door.asked
    return dict(request.form or {}), request.headers.get("Authorization", "")


def test_the_code_goes_with_its_verifier_and_the_clients_secret() -> None:
    assert sent(CLIENT) == (
        {
            "grant_type": "authorization_code",
            "code": "code-1",
            "redirect_uri": BACK,
            "code_verifier": ATTEMPT.verifier,
            "client_id": "in:lay",
            "client_secret": "s3cret&=",
        },
        "",
    )


def test_a_provider_that_wants_it_in_the_header_gets_it_there_and_only_there() -> None:
    form, header = sent(replace(CLIENT, secret_in_body=False))
    assert base64.b64decode(header.removeprefix("Basic ")) == b"in%3Alay:s3cret%26%3D"
    assert not {"client_id", "client_secret"} & form.keys()


def test_an_app_without_a_secret_names_itself() -> None:
    form, header = sent(replace(CLIENT, secret=None, secret_in_body=False))
    assert (form["client_id"], "client_secret" in form, header) == ("in:lay", False, "")


def test_the_address_keeps_what_the_provider_put_into_it() -> None:
    url = authorization_url("https://login.example.com/authorize?tenant=acme", CLIENT, ATTEMPT, BACK, ("a", "b"))
    said = parse_qs(urlsplit(url).query)
    assert (said["tenant"], said["scope"], said["client_id"]) == (["acme"], ["a b"], ["in:lay"])
    # the example of RFC 7636, appendix B
    known = replace(ATTEMPT, verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&" in authorization_url(
        URL, CLIENT, known, BACK, ()
    )


@pytest.mark.parametrize(
    ("given", "named", "holds"),
    [
        ("", False, True),
        ("", True, False),
        ("https://a", False, True),
        ("https://a", True, True),
        ("https://b", True, False),
    ],
)
def test_an_answer_names_its_issuer_where_it_promised_to(given: str, named: bool, holds: bool) -> None:
    if holds:
        require_issuer(given, "https://a", named=named)
        return
    with pytest.raises(LaunchRefused):
        require_issuer(given, "https://a", named=named)


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_request"])
def test_a_verifier_that_does_not_fit_is_called_either(error: str) -> None:
    with pytest.raises(LaunchRefused) as refusal:
        drive(redeem(URL, CLIENT, ATTEMPT, "code-1", BACK, 0.0), ScriptedDoor(answer({"error": error}, 400)).call)
    assert refusal.value.reason == f"code-refused:{error}"


def test_only_a_dead_grant_sends_the_viewer_back_to_the_host() -> None:
    old = HostTokens("access-0", 0.0, "refresh-0")
    for error, kind in (("invalid_grant", SessionExpired), ("invalid_client", HostUnavailable)):
        with pytest.raises(kind):
            drive(refresh(URL, CLIENT, old, 0.0), ScriptedDoor(answer({"error": error}, 400)).call)


def test_who_is_asked_about_the_viewer_and_does_not_say() -> None:
    for said in (answer({}, 401), answer({}, 403), answer([]), answer("zoe")):
        with pytest.raises(HostUnavailable):
            drive(get_json(URL, "access-1"), ScriptedDoor(said).call)
