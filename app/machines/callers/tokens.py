"""Client credentials: a token that the customer's own issuer gave to a service of theirs, held against the connection.

Who calls is told by the token's subject, which the connection lists: a viewer's token has another one. The audience is
one that no launch may have, so that neither kind of token is good for the other's purpose.
https://www.rfc-editor.org/rfc/rfc9068
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from joserfc.jwk import Key

from app.config import ConnectionSettings
from app.errors import CallerUnknown, LaunchRefused
from app.hosts._claims import ClaimSet, Context, not_ahead, not_past, text
from app.hosts._host import CLOCK_LEEWAY_S
from app.hosts._jws import open_jws, unverified
from app.hosts._keys import KeySource
from app.hosts._reasons import refused
from app.launch import LaunchRequest
from app.machines.callers.caller import Caller, May

MAX_LIFE_S = 24 * 3600.0
MAX_PROOF = 16_384
_ALGORITHMS = ("EdDSA", "ES256", "RS256")
_TYPES = frozenset({"at+jwt", "application/at+jwt", "jwt"})
_DISCOVERY = "/.well-known/openid-configuration"


def verified(proof: str, connections: Iterable[ConnectionSettings], keys: KeySource, now: float) -> Caller:
    """Whose token this is. Raises CallerUnknown, HostUnavailable, Busy."""
    said = unverified(proof) if len(proof) <= MAX_PROOF else {}
    # believed by nobody: it chooses between connections, whose own keys then decide
    named = [each for each in connections if each.machines and _is_for(said, each)]
    if len(named) != 1:
        raise CallerUnknown(reason="proof-unknown")
    [connection] = named
    try:
        claims = open_jws(proof, _ALGORITHMS, _TYPES, partial(_keys, connection, keys), MAX_PROOF)
        CLAIMS.verify(claims, Context(LaunchRequest(proof, None, now=now), connection))
        if not 0 < claims["exp"] - claims["iat"] <= MAX_LIFE_S:
            raise refused("life-too-long")
    except LaunchRefused as error:
        raise CallerUnknown(reason=error.reason) from error
    machine = connection.machines.get(claims["sub"])
    if machine is None:
        raise CallerUnknown(reason="service-unlisted")
    may = frozenset(May(each) for each in machine.may)
    capabilities, fields = frozenset(machine.capabilities), frozenset(machine.fields)
    return Caller(connection.name, machine.service, capabilities, fields, may, "token")


def _is_for(said: dict[str, Any], connection: ConnectionSettings) -> bool:
    return said.get("iss") == connection.machine_issuer and not _audience_of(said.get("aud"), connection)


def _keys(connection: ConnectionSettings, keys: KeySource, algorithm: str, kid: str | None) -> Iterable[Key]:
    url = connection.machine_jwks_url
    if not url:
        found = keys.discover(connection.machine_issuer.rstrip("/") + _DISCOVERY)
        if found.issuer != connection.machine_issuer:
            raise refused("issuer-wrong")
        url = found.jwks_url
    usable = keys.find(url, algorithm, kid)
    if not usable:
        raise refused("key-unknown")
    return usable


def _issuer(value: Any, context: Context) -> str:
    wanted = context.connection.machine_issuer
    return "" if wanted and value == wanted else "issuer-wrong"


def _audience(value: Any, context: Context) -> str:
    return _audience_of(value, context.connection)


def _audience_of(value: Any, connection: ConnectionSettings) -> str:
    """Us alone: a token that is good elsewhere too may have come from there."""
    wanted = connection.machine_audience
    return "" if wanted and value in (wanted, [wanted]) else "audience-wrong"


# what issuers add for a service, and what its grant does not go by
_IGNORED = "jti client_id azp appid cid azpacr appidacr scope scp roles tid oid idp ver gty rh uti"
CLAIMS = ClaimSet(
    required={
        "iss": _issuer,
        "aud": _audience,
        "exp": not_past(CLOCK_LEEWAY_S),
        "iat": not_ahead(CLOCK_LEEWAY_S),
        "sub": text(255),
    },
    optional={"nbf": not_ahead(CLOCK_LEEWAY_S)},
    ignored=frozenset(_IGNORED.split()),
)
