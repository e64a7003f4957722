"""On-Behalf-Of without a network: what is sent, and what each answer means for the viewer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from app.errors import AnswerRefused, ConsentNeeded, HostUnavailable, InlayError, SessionExpired, SignInNeeded
from app.hosts._behalf import on_behalf_of
from app.hosts._oauth import Token, drive
from app.net.door import Response
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import APP, TENANT, entra

BUILDER = entra("teams")
CONNECTION, ASSERTION = BUILDER.connection, BUILDER.proof()
CLAIMS = '{"access_token":{"polids":{"essential":true,"values":["9ab03e19-ed42-4168-b6b7-7001fb3e933a"]}}}'

SIGN_IN, CONSENT = (SignInNeeded, "sign-in-needed"), (ConsentNeeded, "consent-needed")
EXPIRED, AWAY = (SessionExpired, "session-expired"), (HostUnavailable, "host-unavailable")


def refused(**said: Any) -> Response:
    return answer({"error_description": "AADSTS0: secret text", "trace_id": "x"} | said, said.pop("status", 400))


def test_the_flow_says_what_it_wants_to_send() -> None:
    flow = on_behalf_of(CONNECTION, ASSERTION, 1_000.0)
    request = next(flow)
    assert request.method == "POST"
    assert request.url == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    assert request.form == {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "client_id": APP,
        "client_secret": "client-secret-of-the-tests",
        "assertion": ASSERTION,
        "scope": "https://graph.microsoft.com/Files.Read",
        "requested_token_use": "on_behalf_of",
    }
    assert ASSERTION not in repr(request)
    with pytest.raises(StopIteration) as done:
        flow.send(answer({"access_token": "t-1", "token_type": "Bearer", "expires_in": 3599}))
    assert done.value.value == Token("t-1", 4_599.0)


def test_another_cloud_has_its_own_addresses_and_scopes() -> None:
    elsewhere = replace(
        CONNECTION,
        authority="https://login.microsoftonline.us",
        host_url="https://graph.microsoft.us",
        host_scopes=("Files.Read", "Sites.Read.All"),
    )
    request = next(on_behalf_of(elsewhere, ASSERTION, 0.0))
    assert request.url == f"https://login.microsoftonline.us/{TENANT}/oauth2/v2.0/token"
    assert (request.form or {})["scope"] == (
        "https://graph.microsoft.us/Files.Read https://graph.microsoft.us/Sites.Read.All"
    )


@pytest.mark.parametrize(
    ("said", "kind", "reason"),
    [
        ({"error": "interaction_required", "error_codes": [50076], "claims": CLAIMS}, SIGN_IN, "sign-in-needed:50076"),
        ({"error": "interaction_required"}, SIGN_IN, "sign-in-needed"),
        ({"error": "invalid_grant", "suberror": "basic_action"}, SIGN_IN, "sign-in-needed"),
        ({"error": "invalid_grant", "error_codes": [65001]}, CONSENT, "consent-needed:65001"),
        ({"error": "invalid_grant", "suberror": "consent_required"}, CONSENT, "consent-needed"),
        ({"error": "consent_required"}, CONSENT, "consent-needed"),
        ({"error": "invalid_grant", "error_codes": [500133]}, EXPIRED, "host-token-dead:500133"),
        ({"error": "invalid_grant", "suberror": "bad_token"}, EXPIRED, "host-token-dead"),
        ({"error": "invalid_client", "error_codes": [7000215]}, AWAY, "exchange-refused:invalid_client:7000215"),
        ({"error": "invalid_scope", "error_codes": ["x", True, None]}, AWAY, "exchange-refused:invalid_scope"),
        ({"error": "the server's own text"}, AWAY, "exchange-refused:400"),
        ({"error": ["interaction_required"]}, AWAY, "exchange-refused:400"),
    ],
)  # fmt: skip
def test_what_an_answer_means(said: dict[str, Any], kind: tuple[type[InlayError], str], reason: str) -> None:
    with pytest.raises(InlayError) as error:
        drive(on_behalf_of(CONNECTION, ASSERTION, 0.0), ScriptedDoor(refused(**said)).call)
    assert ((type(error.value), error.value.code), error.value.reason) == (kind, reason)
    assert "AADSTS" not in str(error.value)
    if isinstance(error.value, SignInNeeded):
        assert error.value.claims == said.get("claims", "")


@pytest.mark.parametrize("claims", [7, "[]", "{", "x" * 5_000, json.dumps({"x": "y" * 5_000}), "[" * 4_000])
def test_claims_that_are_no_object_are_not_handed_on(claims: Any) -> None:
    door = ScriptedDoor(refused(error="interaction_required", claims=claims))
    with pytest.raises(SignInNeeded) as needed:
        drive(on_behalf_of(CONNECTION, ASSERTION, 0.0), door.call)
    assert needed.value.claims == ""


def test_a_directory_that_is_busy_says_when_to_come_again() -> None:
    for response in (answer({}, 429, Retry_After="30"), Response(503, {"Retry-After": "30"}, b"<html>")):
        with pytest.raises(HostUnavailable) as away:
            drive(on_behalf_of(CONNECTION, ASSERTION, 0.0), ScriptedDoor(response).call)
        assert (away.value.reason, away.value.retry_after_s) == (f"exchange-status-{response.status}", 30.0)


def test_an_answer_that_is_no_token() -> None:
    with pytest.raises(AnswerRefused):
        drive(on_behalf_of(CONNECTION, ASSERTION, 0.0), ScriptedDoor(answer({"access_token": "two words"})).call)


@pytest.mark.parametrize("assertion", ["", "x", "a.b.c", entra("teams").said("tid", "../../evil").proof()])
def test_a_token_of_no_tenant_of_ours_goes_nowhere(assertion: str) -> None:
    door = ScriptedDoor(answer({}))
    with pytest.raises(SessionExpired):
        drive(on_behalf_of(CONNECTION, assertion, 0.0), door.call)
    with pytest.raises(SessionExpired):  # the tenant was taken off the list since
        drive(on_behalf_of(replace(CONNECTION, tenants=()), ASSERTION, 0.0), door.call)
    assert door.asked == []


def test_without_a_secret_nothing_is_sent() -> None:
    door = ScriptedDoor(answer({}))
    with pytest.raises(HostUnavailable) as unset:
        drive(on_behalf_of(replace(CONNECTION, client_secret=None), ASSERTION, 0.0), door.call)
    assert (unset.value.reason, door.asked) == ("exchange-unset", [])


def test_the_vendors_own_library_sends_the_same() -> None:
    """Its few words more are for its own cache: who the user is, and a token to refresh with."""
    msal = pytest.importorskip("msal", reason="msal is not installed; the request's shape was not compared")
    sent: list[dict[str, str]] = []

    class Answer:
        status_code, headers = 200, {"Content-Type": "application/json"}

        def __init__(self, body: dict[str, Any]) -> None:
            self.text = json.dumps(body)

        def raise_for_status(self) -> None:
            """All is well."""

    class Http:
        def get(self, url: str, **_: Any) -> Answer:
            base = url.partition("/v2.0/")[0]
            return Answer(
                {
                    "issuer": f"{base}/v2.0",
                    "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{base}/oauth2/v2.0/token",
                }
            )

        def post(self, url: str, data: Any = None, **_: Any) -> Answer:
            form = data if isinstance(data, dict) else {k: v[0] for k, v in parse_qs(data).items()}
            sent.append({"url": url} | form)
            return Answer({"access_token": "t", "token_type": "Bearer", "expires_in": 60})

        def close(self) -> None:
            """Nothing is open."""

    request = next(on_behalf_of(CONNECTION, ASSERTION, 0.0))
    form = dict(request.form or {})
    client = msal.ConfidentialClientApplication(
        form["client_id"],
        client_credential=form["client_secret"],
        authority=request.url.partition("/oauth2/")[0],
        validate_authority=False,
        instance_discovery=False,
        http_client=Http(),
    )
    assert "access_token" in client.acquire_token_on_behalf_of(ASSERTION, [form["scope"]])
    [theirs] = sent
    assert theirs.pop("url") == request.url
    more = set(theirs.pop("scope").split()) - set(form.pop("scope").split())
    assert more == {"openid", "profile", "offline_access"}
    assert str(theirs.pop("client_info")) == "1"
    assert theirs == form
