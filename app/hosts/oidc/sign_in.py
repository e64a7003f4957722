"""Signing in at an OpenID provider: any that has a discovery document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from app.config import ConnectionSettings
from app.errors import HostUnavailable
from app.hosts._claims import is_text
from app.hosts._code import Client, authorization_url, client_of, get_json, redeem, require_issuer
from app.hosts._code import refresh as refresh_grant
from app.hosts._code import revoke as revoke_grant
from app.hosts._keys import Discovery, KeySource
from app.hosts._oauth import Flow
from app.hosts._reasons import refused
from app.hosts._sign_in import Attempt, HostTokens, SignedIn, SignIn
from app.hosts.oidc.launch import LOCALE, ZONE, provider, read_id_token, viewer
from app.launch import Viewer

SCOPES = ("openid", "profile")
STAY = "offline_access"  # without it, viewers sign in again when the provider's tokens end


def begin(connection: ConnectionSettings, attempt: Attempt, redirect_uri: str, keys: KeySource) -> Flow[str]:
    """https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest"""
    found = _with_endpoints(connection, keys)
    scopes = _scopes(connection, found)
    return authorization_url(
        found.authorization_url, _client(connection, found), attempt, redirect_uri, scopes, nonce=attempt.nonce
    )
    yield  # makes this a flow, which asks nobody: the key source remembers the provider


def finish(
    connection: ConnectionSettings,
    attempt: Attempt,
    code: str,
    issuer: str,
    redirect_uri: str,
    keys: KeySource,
    now: float,
) -> Flow[SignedIn]:
    """The ID token says who; it is held against the same claims as one that a page brings, and its nonce is ours.

    Raises LaunchRefused, HostUnavailable.
    """
    found = _with_endpoints(connection, keys)
    require_issuer(issuer, found.issuer, named=found.names_issuer)
    granted = yield from redeem(found.token_url, _client(connection, found), attempt, code, redirect_uri, now)
    proof = granted.said.get("id_token")
    if not isinstance(proof, str):
        raise HostUnavailable(reason="sign-in-no-id-token")
    ours = replace(connection, audience=connection.sign_in_client_id)
    claims, _ = read_id_token(proof, attempt.nonce, ours, keys, now)
    tokens = granted.tokens
    if not tokens.refresh:  # nothing can be renewed, so the sign-in holds as long as its own statement
        tokens = replace(tokens, expires_at=max(tokens.expires_at, claims["exp"]))
    who = viewer(claims, "")
    if not who.name and found.userinfo_url:
        said = yield from get_json(found.userinfo_url, tokens.access)
        who = _named(who, said)
    return SignedIn(who, urlsplit(found.issuer).netloc, tokens)


def refresh(connection: ConnectionSettings, tokens: HostTokens, keys: KeySource, now: float) -> Flow[HostTokens]:
    """A new ID token, if one comes, is not read: that the grant is alive is all that is asked."""
    found = _with_endpoints(connection, keys)
    return (yield from refresh_grant(found.token_url, _client(connection, found), tokens, now))


def revoke(connection: ConnectionSettings, tokens: HostTokens, keys: KeySource) -> Flow[None]:
    """Where the provider has an address for it; else the tokens end by themselves."""
    found = _with_endpoints(connection, keys)
    if found.revocation_url:
        yield from revoke_grant(found.revocation_url, _client(connection, found), tokens)


def _with_endpoints(connection: ConnectionSettings, keys: KeySource) -> Discovery:
    found = provider(connection, keys)
    if not found.authorization_url or not found.token_url:
        raise HostUnavailable(reason="discovery-no-sign-in")
    return found


def _client(connection: ConnectionSettings, found: Discovery) -> Client:
    return client_of(connection, secret_in_body=found.secret_in_body)


def _scopes(connection: ConnectionSettings, found: Discovery) -> Sequence[str]:
    default = (*SCOPES, STAY) if STAY in found.scopes else SCOPES
    return tuple(dict.fromkeys(("openid", *(connection.sign_in_scopes or default))))


def _named(who: Viewer, said: dict[str, Any]) -> Viewer:
    """Many providers say a name only here. https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse"""
    if said.get("sub") != who.subject:
        raise refused("viewer-mismatch")
    name, locale, zone = (said.get(each) for each in ("name", "locale", "zoneinfo"))
    return replace(
        who,
        name=name if isinstance(name, str) and is_text(name, 200) else "",
        locale=locale if isinstance(locale, str) and LOCALE.fullmatch(locale) else who.locale,
        timezone=zone if isinstance(zone, str) and ZONE.fullmatch(zone) else who.timezone,
    )


SIGN_IN = SignIn(begin=begin, finish=finish, refresh=refresh, revoke=revoke, provider=provider)
