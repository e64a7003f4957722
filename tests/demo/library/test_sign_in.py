"""The sign-in page: nobody is sent to a strange address, and a code counts once."""

from __future__ import annotations

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlsplit

from app.demo.library.people import PEOPLE
from app.demo.library.tenant import APP, TENANT
from tests.demo.library.conftest import Api


def test_a_sign_in_is_by_code_once_with_the_secret_behind_its_challenge(api: Api) -> None:
    redirect = f"{api.desk.config.inlay}/oauth/library/callback"
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"client_id": APP, "response_type": "code", "redirect_uri": redirect, "state": "s", "nonce": "n"}
    asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    page = f"/{TENANT}/oauth2/v2.0/authorize"
    assert "Dana Park" in api.client.get(page, query_string=asked).text
    for wrong in ({"redirect_uri": "https://evil.example/"}, {"client_id": "x"}, {"code_challenge_method": "plain"}):
        assert api.client.get(page, query_string=asked | wrong).status_code == 400
    back = api.client.post(page, query_string=asked, data={"person": "zoe"})
    said = parse_qs(urlsplit(back.location).query)
    assert (back.location.startswith(f"{redirect}?"), said["state"]) == (True, ["s"])
    form = {"grant_type": "authorization_code", "code": said["code"][0], "redirect_uri": redirect}
    assert api.token(**form, code_verifier="other").json["error"] == "invalid_grant"
    assert api.token(**form, code_verifier=verifier).json["error"] == "invalid_grant"  # it was used up
    code = api.desk.tenant.code(PEOPLE["zoe"], redirect, challenge, "n")
    given = api.token(**form | {"code": code}, code_verifier=verifier).json
    assert api.desk.tenant.bearer(given["access_token"]).person == PEOPLE["zoe"]  # type: ignore[union-attr]
    again = api.token(grant_type="refresh_token", refresh_token=given["refresh_token"]).json
    assert api.desk.tenant.bearer(again["access_token"]).person == PEOPLE["zoe"]  # type: ignore[union-attr]
    assert api.token(grant_type="refresh_token", refresh_token=given["access_token"]).status_code == 400


def test_a_sign_in_for_another_api_gets_a_token_of_that_one_and_stays_with_it(api: Api) -> None:
    environment = api.desk.config.crm
    redirect, verifier = f"{api.desk.config.inlay}/oauth/crm-dynamics/callback", "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    code = api.desk.tenant.code(PEOPLE["zoe"], redirect, challenge, "n", f"openid {environment}/user_impersonation")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
    given = api.token(**form).json
    again = api.token(grant_type="refresh_token", refresh_token=given["refresh_token"]).json
    for token in (given["access_token"], again["access_token"]):
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        assert (claims["aud"], claims["scp"]) == (environment, "user_impersonation")
        assert api.desk.tenant.bearer(token) is None
