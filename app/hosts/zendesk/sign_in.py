"""Signing in at an account: authorization code with PKCE; who it is, the API says.

https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from app.config import ConnectionSettings
from app.errors import HostUnavailable
from app.hosts._claims import is_text
from app.hosts._code import authorization_url, client_of, get_json, redeem, require_issuer
from app.hosts._code import refresh as refresh_grant
from app.hosts._keys import KeySource
from app.hosts._oauth import Flow
from app.hosts._sign_in import Attempt, HostTokens, SignedIn, SignIn
from app.hosts.zendesk.ids import is_id
from app.launch import Viewer

_SCOPES = ("read",)
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8}){0,3}")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


def begin(connection: ConnectionSettings, attempt: Attempt, redirect_uri: str, _: KeySource) -> Flow[str]:
    """The address of the account's page on which the viewer allows us."""
    url, scopes = f"{_base(connection)}/oauth/authorizations/new", connection.sign_in_scopes or _SCOPES
    return authorization_url(url, client_of(connection), attempt, redirect_uri, scopes)
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
    """An account is one organisation's, so its address names it. Raises LaunchRefused, HostUnavailable."""
    base = _base(connection)
    require_issuer(issuer, base, named=False)
    granted = yield from redeem(f"{base}/oauth/tokens", client_of(connection), attempt, code, redirect_uri, now)
    said = yield from get_json(f"{base}/api/v2/users/me.json", granted.tokens.access)
    user = said.get("user")
    if not isinstance(user, dict) or not is_id(str(user.get("id"))):  # nobody is signed in there: its id is null
        raise HostUnavailable(reason="viewer-shape")
    return SignedIn(_viewer(user), urlsplit(base).netloc, granted.tokens, base)


def refresh(connection: ConnectionSettings, tokens: HostTokens, _: KeySource, now: float) -> Flow[HostTokens]:
    """New tokens for old ones, at the account's own address. Raises as `refresh_grant` does."""
    return (yield from refresh_grant(f"{_base(connection)}/oauth/tokens", client_of(connection), tokens, now))


def revoke(_connection: ConnectionSettings, _tokens: HostTokens, _keys: KeySource) -> Flow[None]:
    """To delete a token takes the right to write, which we do not ask for: it ends by itself, or by an admin's hand."""
    return
    yield  # makes this a flow, which asks nobody


def _base(connection: ConnectionSettings) -> str:
    return connection.host_url.rstrip("/")


def _viewer(user: dict[str, Any]) -> Viewer:
    """Names are for display: a strange one is left out."""
    name, language, zone = user.get("name"), user.get("locale"), user.get("iana_time_zone")
    return Viewer(
        subject=str(user["id"]),
        name=name if isinstance(name, str) and is_text(name, 200) else "",
        locale=language if isinstance(language, str) and _LOCALE.fullmatch(language) else "en",
        timezone=zone if isinstance(zone, str) and _ZONE.fullmatch(zone) else "UTC",
        roles=(user["role"],) if is_text(user.get("role"), 100) else (),
    )


SIGN_IN = SignIn(begin=begin, finish=finish, refresh=refresh, revoke=revoke, requires=("sign_in_client_id", "host_url"))
