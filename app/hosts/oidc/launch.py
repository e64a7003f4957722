"""An ID token as a launch: who signed in at the connection's provider, for us.

A provider cannot be asked about records. So the answer is no, unless the connection says with `open_records`
that whoever is signed in may see them all.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from joserfc.jwk import Key

from app.config import ConnectionSettings
from app.errors import SessionExpired
from app.hosts._claims import Check, ClaimSet, Context, is_number, is_text, matching, not_ahead, not_past, text
from app.hosts._host import CLOCK_LEEWAY_S, USED_MARGIN_S, Call, page_origin
from app.hosts._jws import open_jws, unverified
from app.hosts._keys import ALGORITHMS, Discovery, KeySource
from app.hosts._oauth import Flow
from app.hosts._reasons import refused
from app.launch import Access, Attest, Launch, LaunchRequest, Record, Viewer
from app.net.tokens import Token

MAX_LIFE_S = 24 * 3600.0
MAX_PROOF = 65_536
MAX_AUDIENCES = 20
MAX_ROLES = 50
_TYPES = frozenset({"jwt"})
_DISCOVERY = "/.well-known/openid-configuration"
LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8}){0,3}")
ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


def verify(request: LaunchRequest, connection: ConnectionSettings, keys: KeySource) -> Launch:
    """Turn an ID token into a launch. Raises LaunchRefused, LaunchExpired; HostUnavailable without its keys.

    https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
    """
    claims, unknown = read_id_token(request.proof, request.nonce, connection, keys, request.now)
    if request.component not in connection.components:
        raise refused("component-unlisted")
    signed = request.proof.rpartition(".")[0]
    return Launch(
        viewer=viewer(claims, request.locale),
        records=request.records,  # not attested
        origin=page_origin(request, connection),
        component=request.component,
        attests=frozenset({Attest.VIEWER}),
        used_key=hashlib.sha256(signed.encode()).hexdigest(),
        used_until=claims["exp"] + CLOCK_LEEWAY_S + USED_MARGIN_S,
        host_token=request.proof,
        unknown_claims=unknown,
    )


def read_id_token(
    proof: str, nonce: str, connection: ConnectionSettings, keys: KeySource, now: float
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The claims of an ID token that holds, and the names of unknown ones. Raises as `verify` does."""
    public = [algorithm for algorithm in connection.algorithms if algorithm in ALGORITHMS]
    claims = open_jws(proof, public, _TYPES, partial(_keys, connection, keys), MAX_PROOF)
    unknown = CLAIMS.verify(claims, Context(LaunchRequest(proof, None, now=now), connection))
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims:
        raise refused("claim-missing", "azp")
    if not 0 < claims["exp"] - claims["iat"] <= MAX_LIFE_S:
        raise refused("life-too-long")
    # where we asked for the token ourselves, it must be the answer to that; else there is nothing to compare
    if nonce and not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise refused("nonce-wrong")
    return claims, unknown


def viewer(claims: Mapping[str, Any], locale: str) -> Viewer:
    """Who the claims name."""
    return Viewer(
        subject=claims["sub"],
        name=claims.get("name", ""),
        locale=claims.get("locale") or locale or "en",
        timezone=claims.get("zoneinfo", "UTC"),
        roles=tuple(claims.get("roles", ())),
    )


def provider(connection: ConnectionSettings, keys: KeySource) -> Discovery:
    """What the provider says of itself. Raises LaunchRefused, HostUnavailable."""
    found = keys.discover(connection.issuer.rstrip("/") + _DISCOVERY)
    if found.issuer != connection.issuer:
        raise refused("issuer-wrong")  # a document that speaks for another issuer proves nothing about this one
    return found


def life(_: ConnectionSettings, token: str, now: float) -> Flow[Token]:
    """An ID token is exchanged for nothing; it lives until its end, and with it the right to renew a session.

    Raises SessionExpired after it, within the clocks' leeway.
    """
    end: Any = unverified(token).get("exp")
    if not is_number(end) or now >= end + CLOCK_LEEWAY_S:
        raise SessionExpired(reason="host-token-dead")
    return Token(token, end + CLOCK_LEEWAY_S)
    yield  # makes this a flow, which asks nobody


def check_access(
    _call: Call,
    connection: ConnectionSettings,
    _host_url: str,
    _host_token: str,
    records: Sequence[Record],
    fields: Sequence[str],
) -> dict[Record, Access]:
    """The connection's word, since nobody else can be asked."""
    yes = Access(allowed=True, visible_fields=frozenset(fields))
    return dict.fromkeys(records, yes if connection.open_records else Access(allowed=False))


def _keys(connection: ConnectionSettings, keys: KeySource, algorithm: str, kid: str | None) -> Iterable[Key]:
    """The provider's keys: where the connection says, or where the provider's own document says."""
    url = connection.jwks_url or provider(connection, keys).jwks_url
    found = keys.find(url, algorithm, kid)
    if not found:
        raise refused("key-unknown")
    return found


def _issuer(value: Any, context: Context) -> str:
    wanted = context.connection.issuer
    return "" if wanted and value == wanted else "issuer-wrong"


def _audience(value: Any, context: Context) -> str:
    """Us; others beside us only if the connection trusts them."""
    wanted = context.connection.audience
    named = value if isinstance(value, list) and len(value) <= MAX_AUDIENCES else [value]
    known = {wanted, *context.connection.clients}
    sound = all(isinstance(each, str) and each in known for each in named)
    return "" if wanted and wanted in named and sound else "audience-wrong"


def _presenter(value: Any, context: Context) -> str:
    """The app that the token was given to."""
    known = {context.connection.audience, *context.connection.clients}
    return "" if isinstance(value, str) and value in known else "client-unlisted"


def _roles(value: Any, _: Context) -> str:
    sound = isinstance(value, list) and len(value) <= MAX_ROLES and all(is_text(each, 100) for each in value)
    return "" if sound else "claim-wrong"


def _only(*values: str) -> Check:
    """The check that a claim says one of these: without any, that it is not there."""
    return lambda value, _: "" if value in values else "claim-wrong"


# What providers add, and what must not be relied on.
_IGNORED = """
    jti sid auth_time acr amr at_hash c_hash s_hash ver rat updated_at client_id scope groups tid oid idp rh uti aio
    email email_verified preferred_username given_name family_name middle_name nickname profile picture website
    gender birthdate phone_number phone_number_verified address
"""
CLAIMS = ClaimSet(
    required={
        "iss": _issuer,
        "aud": _audience,
        "exp": not_past(CLOCK_LEEWAY_S),
        "iat": not_ahead(CLOCK_LEEWAY_S),
        "sub": text(255),
    },
    optional={
        "nbf": not_ahead(CLOCK_LEEWAY_S),
        "azp": _presenter,
        "nonce": text(512),
        "name": text(200, least=0),
        "locale": matching(LOCALE.pattern),
        "zoneinfo": matching(ZONE.pattern),
        "roles": _roles,
        "typ": _only("ID"),  # some providers say in here that it is an access token after all
        "events": _only(),  # a logout token, signed by the same keys for the same audience
    },
    ignored=frozenset(_IGNORED.split()),
)
