"""On-Behalf-Of: a viewer's access token for Entra exchanged for one of the API's, in the viewer's name."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from app.config import ConnectionSettings
from app.errors import AnswerRefused, ConsentNeeded, HostUnavailable, InlayError, SessionExpired, SignInNeeded
from app.hosts._entra import authority
from app.hosts._graph import MAX_CLAIMS, base_url
from app.hosts._jws import unverified
from app.hosts._oauth import Flow
from app.net.door import Request, Response
from app.net.retry import retry_after_s
from app.net.tokens import MAX_BYTES, Token, read_token

# Answers that another sign-in of the viewer's can mend: a second factor, a known device, a new password.
_INTERACTION = frozenset({"interaction_required", "login_required"})
_INTERACTION_MORE = frozenset({"basic_action", "additional_action", "message_only", "user_password_expired"})
_CONSENT = "consent_required"
_NO_CONSENT = 65001
# The rest of what RFC 6749 knows is about our own registration. Other words are the server's own and stay out.
_OURS = frozenset(
    ["invalid_request", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"]
)


def on_behalf_of(connection: ConnectionSettings, assertion: str, now: float) -> Flow[Token]:
    """Exchange the token that a session was opened with. It was verified then; its tenant is read again.

    Raises SessionExpired when the connection lists that tenant no more, or Entra wants the viewer again (with the
    claims that a sign-in must name), and HostUnavailable.

    https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
    """
    tenant = unverified(assertion).get("tid")
    if tenant not in connection.tenants:
        raise SessionExpired(reason="tenant-unlisted")  # since the session was opened
    if connection.client_secret is None:
        raise HostUnavailable(reason="exchange-unset")
    api = base_url(connection)
    response = yield Request(
        method="POST",
        url=f"{authority(connection)}/{tenant}/oauth2/v2.0/token",  # never `common`: that is for whoever signs in
        headers={"Accept": "application/json"},
        form={
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "client_id": connection.client_id,
            "client_secret": connection.client_secret.reveal(),
            "assertion": assertion,
            "scope": " ".join(f"{api}/{scope}" for scope in connection.host_scopes),
            "requested_token_use": "on_behalf_of",
        },
        max_bytes=MAX_BYTES,
    )
    if response.status != 200:
        raise _failure(response)
    return read_token(response.json(), now)


def _failure(response: Response) -> InlayError:
    """What the answer means for the viewer: sign in, give consent, bring a fresh token; or wait for the admin."""
    try:
        body = response.json()
    except AnswerRefused:
        body = None  # an error page of something in between
    said: Mapping[str, Any] = body if isinstance(body, dict) else {}
    error, more, codes = str(said.get("error")), str(said.get("suberror")), _codes(said)
    named = f":{codes[0]}" if codes else ""
    if response.status == 429 or response.status >= 500:
        wait = retry_after_s(response, time.time())
        return HostUnavailable(reason=f"exchange-status-{response.status}", retry_after_s=wait)
    if _CONSENT in (error, more) or _NO_CONSENT in codes:
        return ConsentNeeded(reason=f"consent-needed{named}")
    if error in _INTERACTION or more in _INTERACTION_MORE:
        return SignInNeeded(reason=f"sign-in-needed{named}", claims=_claims(said))
    if error == "invalid_grant":
        return SessionExpired(reason=f"host-token-dead{named}")
    word = error if error in _OURS else response.status
    return HostUnavailable(reason=f"exchange-refused:{word}{named}")


def _codes(said: Mapping[str, Any]) -> list[int]:
    """The numbers behind AADSTS: what an admin looks up."""
    codes = said.get("error_codes")
    return [code for code in codes[:5] if type(code) is int] if isinstance(codes, list) else []


def _claims(said: Mapping[str, Any]) -> str:
    """What the next sign-in must be told: a JSON object, handed on as it is."""
    claims = said.get("claims")
    try:
        sound = isinstance(claims, str) and len(claims) <= MAX_CLAIMS and isinstance(json.loads(claims), dict)
    except (ValueError, RecursionError):
        sound = False
    return str(claims) if sound else ""
