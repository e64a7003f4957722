"""Authorization code with PKCE: what the sign-ins of all hosts share, as flows without I/O.

The address is put together by Authlib, which knows what may be in it; the rest is a form and its answer, which
goes through our own door. https://www.rfc-editor.org/rfc/rfc6749#section-4.1 and, for what an attacker may try,
https://www.rfc-editor.org/rfc/rfc9700
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote_plus

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from app.config import ConnectionSettings, Secret
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired
from app.hosts._oauth import Flow
from app.hosts._reasons import refused
from app.hosts._sign_in import Attempt, HostTokens
from app.net.door import Request, Response
from app.net.retry import retry_after_s
from app.net.tokens import DEFAULT_LIFE_S, MAX_BYTES, error_code, is_token, read_token

MAX_CODE = 4_096
# What a host says of a code that is another attempt's, another client's, used, or too old.
_BAD_CODE = frozenset({"invalid_grant", "invalid_request"})
# What it says of a grant that only its viewer can renew.
_DEAD = frozenset({"invalid_grant", "interaction_required", "login_required", "consent_required"})


@dataclass(frozen=True, slots=True)
class Client:
    """Our app at a host. Without a secret, PKCE alone shows that whoever redeems a code has asked for it."""

    id: str
    secret: Secret | None
    secret_in_body: bool = True


@dataclass(frozen=True, slots=True)
class Granted:
    """What a token endpoint gave, and all that it said: believed because we asked it, over TLS."""

    tokens: HostTokens
    said: Mapping[str, Any]


def client_of(connection: ConnectionSettings, *, secret_in_body: bool = True) -> Client:
    """The connection's own registration at its host.

    `secret_in_body`: as form fields; else by HTTP Basic, which is what RFC 6749 section 2.3.1 would rather have.
    """
    return Client(connection.sign_in_client_id, connection.sign_in_client_secret, secret_in_body)


def authorization_url(
    url: str, client: Client, attempt: Attempt, redirect_uri: str, scopes: Sequence[str], **more: str
) -> str:
    """Where to send the browser. PKCE S256 always: providers take it that do not say so."""
    return str(
        prepare_grant_uri(
            url,
            client.id,
            "code",
            redirect_uri,
            " ".join(scopes),
            attempt.state,
            code_challenge=create_s256_code_challenge(attempt.verifier),  # type: ignore[no-untyped-call]
            code_challenge_method="S256",
            **more,
        )
    )


def require_issuer(given: str, issuer: str, *, named: bool) -> None:
    """The answer is from the issuer that was asked, not from another that a mixed-up browser came from.

    https://www.rfc-editor.org/rfc/rfc9207#section-2.4
    """
    if (given or named) and not hmac.compare_digest(given.encode(), issuer.encode()):
        raise refused("issuer-wrong")


def redeem(
    url: str,
    client: Client,
    attempt: Attempt,
    code: str,
    redirect_uri: str,
    now: float,
    life_s: float = DEFAULT_LIFE_S,
) -> Flow[Granted]:
    """The tokens for a code. Raises LaunchRefused when the host does not take it, HostUnavailable."""
    if not is_token(code) or len(code) > MAX_CODE:
        raise refused("code-refused", "malformed")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": attempt.verifier,
    }
    response = yield from _post(url, client, form)
    if response.status != 200:
        error = error_code(response)
        if error in _BAD_CODE:
            raise refused("code-refused", error)
        raise HostUnavailable(reason=f"sign-in-refused:{error}")
    return _granted(response, now, life_s)


def refresh(
    url: str, client: Client, tokens: HostTokens, now: float, life_s: float = DEFAULT_LIFE_S
) -> Flow[HostTokens]:
    """New tokens. Raises SessionExpired when the host takes the refresh token no more, HostUnavailable.

    https://www.rfc-editor.org/rfc/rfc6749#section-6
    """
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    response = yield from _post(url, client, form)
    if response.status != 200:
        error = error_code(response)
        if error in _DEAD:
            raise SessionExpired(reason="grant-dead")
        raise HostUnavailable(reason=f"refresh-refused:{error}")
    fresh = _granted(response, now, life_s).tokens
    return fresh if fresh.refresh else replace(fresh, refresh=tokens.refresh)  # the old one stays good


def revoke(url: str, client: Client, tokens: HostTokens) -> Flow[None]:
    """The host forgets the grant: by its refresh token, where there is one. Raises HostUnavailable.

    https://www.rfc-editor.org/rfc/rfc7009#section-2
    """
    kind = "refresh_token" if tokens.refresh else "access_token"
    response = yield from _post(url, client, {"token": tokens.refresh or tokens.access, "token_type_hint": kind})
    if response.status not in {200, 204, 400}:  # 400: it knows no such token, or cannot revoke its kind
        raise HostUnavailable(reason=f"revoke-refused:{error_code(response)}")


def get_json(url: str, token: str) -> Flow[dict[str, Any]]:
    """What the host says about the viewer to whom it gave this token. Raises HostUnavailable."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        response = yield Request("GET", url, headers, max_bytes=MAX_BYTES)
    except OutboundError as error:
        raise HostUnavailable(reason=f"sign-in-{error.code}") from error
    if response.status != 200:
        raise HostUnavailable(reason=f"viewer-status-{response.status}")
    return _object(response)


def _post(url: str, client: Client, form: Mapping[str, str]) -> Flow[Response]:
    named, headers = {"client_id": client.id}, {"Accept": "application/json"}
    if client.secret is not None and client.secret_in_body:
        named["client_secret"] = client.secret.reveal()
    elif client.secret is not None:
        pair = f"{quote_plus(client.id)}:{quote_plus(client.secret.reveal())}"  # RFC 6749 section 2.3.1
        named, headers["Authorization"] = {}, f"Basic {base64.b64encode(pair.encode()).decode()}"
    try:
        response = yield Request("POST", url, headers, form={**form, **named}, max_bytes=MAX_BYTES)
    except OutboundError as error:
        raise HostUnavailable(reason=f"sign-in-{error.code}") from error
    if response.status == 429 or response.status >= 500:
        wait = retry_after_s(response, time.time())
        raise HostUnavailable(reason=f"sign-in-status-{response.status}", retry_after_s=wait)
    return response


def _granted(response: Response, now: float, life_s: float) -> Granted:
    said = _object(response)
    try:
        token = read_token(said, now, life_s)
    except AnswerRefused as error:
        raise HostUnavailable(reason=f"sign-in-{error.reason}") from error
    given = said.get("refresh_token") or ""
    if given and not is_token(given):
        raise HostUnavailable(reason="sign-in-token-shape")
    return Granted(HostTokens(token.value, token.expires_at, given), said)


def _object(response: Response) -> dict[str, Any]:
    try:
        body = response.json()
    except AnswerRefused as error:
        raise HostUnavailable(reason="sign-in-not-json") from error
    if not isinstance(body, dict):
        raise HostUnavailable(reason="sign-in-shape")
    return body
