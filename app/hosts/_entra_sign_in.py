"""Signing in at Entra ID: for viewers whose page has no token for us, and for those of whom it wants to see more.

The app is the one whose tokens the connection takes. What comes of it is a token for the API itself, so nothing is
exchanged; a second factor or a consent that an exchange could not ask for is asked for in the window.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from __future__ import annotations

import hmac
import re
from functools import partial
from typing import Any

from app.config import ConnectionSettings
from app.errors import HostUnavailable
from app.hosts._claims import ClaimSet, Context, matching, not_ahead, not_past, text
from app.hosts._code import Client, authorization_url, redeem, require_issuer
from app.hosts._code import refresh as refresh_grant
from app.hosts._entra import (
    DISCOVERY,
    GUID,
    IGNORED,
    LEEWAY_S,
    MAX_PROOF,
    TEMPLATE,
    audience,
    authority,
    is_one_of,
    issuers_keys,
    listed_tenant,
    viewer,
)
from app.hosts._graph import base_url
from app.hosts._jws import open_jws, unverified
from app.hosts._keys import KeySource
from app.hosts._oauth import Flow
from app.hosts._reasons import refused
from app.hosts._sign_in import Attempt, HostTokens, SignedIn, SignIn
from app.launch import LaunchRequest

_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
_SCOPES = ("openid", "profile", "offline_access")


def begin(connection: ConnectionSettings, attempt: Attempt, redirect_uri: str, _: KeySource) -> Flow[str]:
    """The address of the tenant's sign-in page: for who it is, and for the scopes by which we ask Graph."""
    api = base_url(connection)
    scopes = (*_SCOPES, *(f"{api}/{scope}" for scope in connection.host_scopes))
    url = f"{_base(connection)}/authorize"
    # https://learn.microsoft.com/entra/identity-platform/claims-challenge
    asked = {"claims": attempt.claims} if attempt.claims else {}
    return authorization_url(url, _client(connection), attempt, redirect_uri, scopes, nonce=attempt.nonce, **asked)
    yield  # makes this a flow, which asks nobody


def finish(
    connection: ConnectionSettings,
    attempt: Attempt,
    code: str,
    issuer: str,
    redirect_uri: str,
    keys: KeySource,
    now: float,
) -> Flow[SignedIn]:
    """The ID token says who, and of which tenant: it must be one of the connection's.

    Raises LaunchRefused, HostUnavailable.
    """
    if issuer:  # it is not known to name itself; another that does is no tenant of its own
        listed = {_issuer(connection, keys).replace(TEMPLATE, tenant) for tenant in connection.tenants}
        require_issuer(issuer, issuer if issuer in listed else "", named=True)
    granted = yield from redeem(f"{_base(connection)}/token", _client(connection), attempt, code, redirect_uri, now)
    proof = granted.said.get("id_token")
    if not isinstance(proof, str):
        raise HostUnavailable(reason="sign-in-no-id-token")
    claims = _claims_of(proof, attempt.nonce, connection, keys, now)
    return SignedIn(viewer(claims, ""), _organisation(claims), granted.tokens, base_url(connection))


def refresh(connection: ConnectionSettings, tokens: HostTokens, _: KeySource, now: float) -> Flow[HostTokens]:
    """New tokens for old ones; Entra gives a new refresh token each time. Raises as `refresh_grant` does."""
    return (yield from refresh_grant(f"{_base(connection)}/token", _client(connection), tokens, now))


def revoke(_connection: ConnectionSettings, _tokens: HostTokens, _keys: KeySource) -> Flow[None]:
    """The directory can only end all of a viewer's sign-ins at once, everywhere: that is its admin's to do."""
    return
    yield  # makes this a flow, which asks nobody


def _base(connection: ConnectionSettings) -> str:
    """Of the one tenant, or of whichever the viewer belongs to; never personal accounts."""
    tenant = connection.tenants[0] if len(connection.tenants) == 1 else "organizations"
    return f"{authority(connection)}/{tenant}/oauth2/v2.0"


def _client(connection: ConnectionSettings) -> Client:
    return Client(connection.client_id, connection.client_secret)


def _organisation(claims: dict[str, Any]) -> str:
    """A tenant's id is known to nobody; the domain of a viewer's own name there is. To show, and for nothing else."""
    domain = str(claims.get("preferred_username", "")).rpartition("@")[2]
    return domain if _DOMAIN.fullmatch(domain) else str(claims["tid"])


def _issuer(connection: ConnectionSettings, keys: KeySource) -> str:
    return keys.discover(authority(connection) + DISCOVERY["2.0"]).issuer


def _claims_of(proof: str, nonce: str, connection: ConnectionSettings, keys: KeySource, now: float) -> dict[str, Any]:
    """https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference"""
    discovery = partial(keys.discover, authority(connection) + DISCOVERY["2.0"])
    find = partial(issuers_keys, keys, discovery, unverified(proof))
    claims = open_jws(proof, ("RS256",), frozenset({"jwt"}), find, MAX_PROOF)
    CLAIMS.verify(claims, Context(LaunchRequest(proof, None, now=now), connection))
    if claims["iss"] != _issuer(connection, keys).replace(TEMPLATE, claims["tid"]):
        raise refused("issuer-wrong")
    if not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise refused("nonce-wrong")
    return claims


CLAIMS = ClaimSet(
    required={
        "ver": is_one_of("2.0"),
        "aud": audience,
        "tid": listed_tenant,
        "iss": matching(r"[!-~]{1,300}"),  # and what it must be, once the tenant is known
        "exp": not_past(LEEWAY_S),
        "nbf": not_ahead(LEEWAY_S),
        "iat": not_ahead(LEEWAY_S),
        "oid": matching(GUID.pattern),
        "nonce": text(512),
    },
    ignored=frozenset(f"{IGNORED} preferred_username c_hash".split()) - {"nonce"},
)
SIGN_IN = SignIn(
    begin=begin,
    finish=finish,
    refresh=refresh,
    revoke=revoke,
    requires=("client_id", "client_secret", "tenants"),
)
