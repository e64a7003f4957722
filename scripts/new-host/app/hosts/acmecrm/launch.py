"""The token that AcmeCRM signs: what it must say, each claim in exactly one set, and the launch that it makes.

Put the address of the vendor's own page here.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

from app.config import ConnectionSettings
from app.hosts._claims import ClaimSet, Context, not_ahead, not_past, text
from app.hosts._host import CLOCK_LEEWAY_S, USED_MARGIN_S, page_origin
from app.hosts._jws import open_jws
from app.hosts._keys import KeySource
from app.hosts._once import held_since
from app.hosts._pinned import pinned
from app.hosts._reasons import refused
from app.launch import Attest, Launch, LaunchRequest, Viewer

MAX_LIFE_S = 300.0
MAX_PROOF = 65_536
ALGORITHMS = ("RS256",)  # of EdDSA, ES256, RS256: what the host signs with, never what the token says
TYPES = frozenset({"jwt"})


def verify(request: LaunchRequest, connection: ConnectionSettings, _: KeySource) -> Launch:
    """Turn a token into a launch. Raises LaunchRefused, LaunchExpired."""
    claims = open_jws(request.proof, ALGORITHMS, TYPES, partial(pinned, connection), MAX_PROOF)
    unknown = CLAIMS.verify(claims, Context(request, connection))
    if not 0 < claims["exp"] - claims["iat"] <= MAX_LIFE_S:
        raise refused("life-too-long")
    if request.component not in connection.components:
        raise refused("component-unlisted")
    signed = request.proof.rpartition(".")[0]
    return Launch(
        viewer=Viewer(claims["sub"], claims.get("name", ""), request.locale or "en"),
        records=request.records,  # not attested
        origin=page_origin(request, connection),
        component=request.component,
        attests=frozenset({Attest.VIEWER}),
        used_key=hashlib.sha256(signed.encode()).hexdigest(),
        used_until=claims["exp"] + CLOCK_LEEWAY_S + USED_MARGIN_S,
        host_token=held_since(request.now),
        unknown_claims=unknown,
    )


def _issuer(value: Any, context: Context) -> str:
    wanted = context.connection.issuer
    return "" if wanted and value == wanted else "issuer-wrong"


def _audience(value: Any, context: Context) -> str:
    wanted = context.connection.audience
    return "" if wanted and value == wanted else "audience-wrong"


# By the names of the outermost claims. Of what is inside an object, a check of your own decides (app/hosts/_claims.py).
CLAIMS = ClaimSet(
    required={
        "iss": _issuer,
        "aud": _audience,
        "exp": not_past(CLOCK_LEEWAY_S),
        "iat": not_ahead(CLOCK_LEEWAY_S),
        "sub": text(255),
    },
    optional={"nbf": not_ahead(CLOCK_LEEWAY_S), "name": text(200, least=0)},
    ignored=frozenset({"jti"}),  # known, and of no use to us
)
