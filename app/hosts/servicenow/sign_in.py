"""Signing in at an instance. It knows no discovery and no ID token: who it is, its own user table says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.config import ConnectionSettings
from app.errors import HostUnavailable
from app.hosts._claims import is_text
from app.hosts._code import authorization_url, client_of, get_json, redeem, require_issuer
from app.hosts._code import refresh as refresh_grant
from app.hosts._code import revoke as revoke_grant
from app.hosts._keys import KeySource
from app.hosts._oauth import Flow
from app.hosts._sign_in import Attempt, HostTokens, SignedIn, SignIn
from app.hosts.servicenow.api import TABLES
from app.hosts.servicenow.ids import is_id
from app.launch import Viewer

# The instance itself puts in whose token it is. A part of a query that it does not know, it leaves out and answers
# with everybody: so what comes back must be one row, and the only one.
_WHO = urlencode(
    {
        "sysparm_query": "sys_id=javascript:gs.getUserID()",
        "sysparm_fields": "sys_id,user_name,name,preferred_language,time_zone",
        "sysparm_limit": "2",
    }
)
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8}){0,3}")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


def begin(connection: ConnectionSettings, attempt: Attempt, redirect_uri: str, _: KeySource) -> Flow[str]:
    """https://www.servicenow.com/docs/r/platform-security/authentication/authorization-workflow.html"""
    url = f"{_base(connection)}/oauth_auth.do"
    return authorization_url(url, client_of(connection), attempt, redirect_uri, connection.sign_in_scopes)
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
    """An instance is one organisation's, so its address names it. Raises LaunchRefused, HostUnavailable."""
    base = _base(connection)
    require_issuer(issuer, base, named=False)
    granted = yield from redeem(f"{base}/oauth_token.do", client_of(connection), attempt, code, redirect_uri, now)
    said = yield from get_json(f"{base}{TABLES}/sys_user?{_WHO}", granted.tokens.access)
    rows = said.get("result")
    if (
        not isinstance(rows, list)
        or len(rows) != 1
        or not isinstance(rows[0], dict)
        or not is_id(rows[0].get("sys_id"))
    ):
        raise HostUnavailable(reason="viewer-shape")
    return SignedIn(_viewer(rows[0]), urlsplit(base).netloc, granted.tokens, base)


def refresh(connection: ConnectionSettings, tokens: HostTokens, _: KeySource, now: float) -> Flow[HostTokens]:
    """New tokens for old ones, at the instance's own address. Raises as `refresh_grant` does."""
    return (yield from refresh_grant(f"{_base(connection)}/oauth_token.do", client_of(connection), tokens, now))


def revoke(connection: ConnectionSettings, tokens: HostTokens, _: KeySource) -> Flow[None]:
    """https://www.servicenow.com/docs/r/platform-security/authentication/t_RevokeOAuthToken.html

    The page shows the token in the address; in the body it reaches no log.
    """
    yield from revoke_grant(f"{_base(connection)}/oauth_revoke_token.do", client_of(connection), tokens)


def _base(connection: ConnectionSettings) -> str:
    return connection.host_url.rstrip("/")


def _viewer(row: Mapping[str, Any]) -> Viewer:
    """Names are for display: a strange one is left out."""
    names = (row.get("name"), row.get("user_name"))
    language, zone = row.get("preferred_language"), row.get("time_zone")
    return Viewer(
        subject=row["sys_id"],
        name=next((name for name in names if isinstance(name, str) and is_text(name, 200)), ""),
        locale=language if isinstance(language, str) and _LOCALE.fullmatch(language) else "en",
        timezone=zone if isinstance(zone, str) and _ZONE.fullmatch(zone) else "UTC",
    )


SIGN_IN = SignIn(begin=begin, finish=finish, refresh=refresh, revoke=revoke, requires=("sign_in_client_id", "host_url"))
