"""Signing in at an org, through its My Domain: an org can forbid the common sign-in page, and this one is its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from app.config import ConnectionSettings
from app.errors import HostUnavailable
from app.hosts._claims import is_text
from app.hosts._code import authorization_url, client_of, get_json, redeem, require_issuer
from app.hosts._code import refresh as refresh_grant
from app.hosts._code import revoke as revoke_grant
from app.hosts._keys import KeySource
from app.hosts._oauth import Flow
from app.hosts._reasons import refused
from app.hosts._sign_in import Attempt, HostTokens, SignedIn, SignIn
from app.hosts.salesforce.ids import is_id, long_id, same_id
from app.hosts.salesforce.launch import LOCALE, ZONE
from app.launch import Viewer

SCOPES = ("api", "id", "openid", "refresh_token")
# A token's life is the session's, which the org sets and the answer does not say. When it ends earlier, the first
# refused call gets another.
LIFE_S = 2 * 3600.0
_IDENTITY = re.compile(r"https?://[^\s?#]{1,200}/id/([A-Za-z0-9]{15,18})/([A-Za-z0-9]{15,18})")


def begin(connection: ConnectionSettings, attempt: Attempt, redirect_uri: str, _: KeySource) -> Flow[str]:
    """https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm"""
    scopes = connection.sign_in_scopes or SCOPES
    url = f"{_base(connection)}/authorize"
    return authorization_url(url, client_of(connection), attempt, redirect_uri, scopes, display="popup")
    yield  # makes this a flow, which asks nobody


def finish(
    connection: ConnectionSettings,
    attempt: Attempt,
    code: str,
    issuer: str,
    redirect_uri: str,
    _: KeySource,
    now: float,
) -> Flow[SignedIn]:
    """Who it is, by the org's own word over TLS; and that it is this org, by both of its answers.

    Raises LaunchRefused, HostUnavailable.
    """
    org = connection.host_url.rstrip("/")
    require_issuer(issuer, org, named=False)
    granted = yield from redeem(
        f"{_base(connection)}/token", client_of(connection), attempt, code, redirect_uri, now, LIFE_S
    )
    if str(granted.said.get("instance_url", org)).rstrip("/") != org:
        raise refused("instance-refused")
    said = yield from get_json(f"{_base(connection)}/userinfo", granted.tokens.access)
    user, organization = said.get("user_id"), said.get("organization_id")
    if not is_id(user) or not is_id(organization):
        raise HostUnavailable(reason="viewer-shape")
    _check(connection, granted.said, str(organization), str(user))
    return SignedIn(_viewer(str(user), said), urlsplit(org).netloc, granted.tokens, org)


def refresh(connection: ConnectionSettings, tokens: HostTokens, _: KeySource, now: float) -> Flow[HostTokens]:
    """Where the org rotates refresh tokens, each is good for one use, and a second ends them all."""
    return (yield from refresh_grant(f"{_base(connection)}/token", client_of(connection), tokens, now, LIFE_S))


def revoke(connection: ConnectionSettings, tokens: HostTokens, _: KeySource) -> Flow[None]:
    """https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_revoke_token.htm"""
    yield from revoke_grant(f"{_base(connection)}/revoke", client_of(connection), tokens)


def _base(connection: ConnectionSettings) -> str:
    return f"{connection.host_url.rstrip('/')}/services/oauth2"


def _check(connection: ConnectionSettings, said: Mapping[str, Any], organization: str, user: str) -> None:
    """The connection may name its org; and what came with the token names the same org and user as who was asked."""
    if connection.issuer and not same_id(organization, connection.issuer):
        raise refused("issuer-wrong")
    named = said.get("id")
    match = _IDENTITY.fullmatch(named) if isinstance(named, str) else None
    if match is None:
        raise HostUnavailable(reason="sign-in-shape")
    if not same_id(match[1], organization):
        raise refused("issuer-wrong")
    if not same_id(match[2], user):
        raise refused("viewer-mismatch")


def _viewer(user: str, said: Mapping[str, Any]) -> Viewer:
    names = (said.get("name"), said.get("preferred_username"))
    locale, zone = said.get("locale"), said.get("zoneinfo")
    return Viewer(
        subject=long_id(user),
        name=next((name for name in names if isinstance(name, str) and is_text(name, 200)), ""),
        locale=locale if isinstance(locale, str) and LOCALE.fullmatch(locale) else "en",
        timezone=zone if isinstance(zone, str) and ZONE.fullmatch(zone) else "UTC",
    )


SIGN_IN = SignIn(begin=begin, finish=finish, refresh=refresh, revoke=revoke, requires=("sign_in_client_id", "host_url"))
