"""The token that an account signs for each page of an app: who is looking, in which installation.

https://developer.zendesk.com/documentation/apps/build-an-app/building-a-server-side-app/part-5-secure-the-app
"""

from __future__ import annotations

import hashlib
import re
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from app.config import ConnectionSettings
from app.hosts._claims import ClaimSet, Context, not_ahead, not_past, table
from app.hosts._host import CLOCK_LEEWAY_S, USED_MARGIN_S, page_origin
from app.hosts._jws import open_jws
from app.hosts._keys import KeySource
from app.hosts._once import held_since
from app.hosts._pinned import pinned
from app.hosts._reasons import refused
from app.launch import Attest, Launch, LaunchRequest, Viewer

MAX_LIFE_S = 3600.0
MAX_PROOF = 65_536
_TYPES = frozenset({"jwt"})
_SUBJECT = re.compile(r"(https?://[a-z0-9.:-]{1,260})/api/v2/users/([0-9]{1,20})(?:\.json)?")


def verify(request: LaunchRequest, connection: ConnectionSettings, _: KeySource) -> Launch:
    """Turn a token into a launch. Raises LaunchRefused, LaunchExpired.

    The token says where its own key is (`cnf.jku`). That is never asked: the keys are the connection's own.
    """
    claims = open_jws(request.proof, ("RS256",), _TYPES, partial(pinned, connection), MAX_PROOF)
    unknown = CLAIMS.verify(claims, Context(request, connection))
    if not 0 < claims["exp"] - claims["iat"] <= MAX_LIFE_S:
        raise refused("life-too-long")
    if request.component not in connection.components:
        raise refused("component-unlisted")
    signed = request.proof.rpartition(".")[0]
    return Launch(
        viewer=Viewer(subject=user_of(claims["sub"])[1], locale=request.locale or "en"),
        records=request.records,  # not attested: each is asked for, or open to all
        origin=page_origin(request, connection),
        component=request.component,
        attests=frozenset({Attest.VIEWER}),
        used_key=hashlib.sha256(signed.encode()).hexdigest(),
        used_until=claims["exp"] + CLOCK_LEEWAY_S + USED_MARGIN_S,
        host_token=held_since(request.now),
        host_url=connection.host_url,
        unknown_claims=unknown,
    )


def user_of(subject: str) -> tuple[str, str]:
    """The account and the number of the user, which is what the API calls them; both empty: it names none."""
    found = _SUBJECT.fullmatch(subject)
    return (found[1], found[2]) if found else ("", "")


def _issuer(value: Any, context: Context) -> str:
    """The account, by the name of its host."""
    base = context.connection.host_url.rstrip("/")
    return "" if base and value in (urlsplit(base).netloc, base) else "issuer-wrong"


def _audience(value: Any, context: Context) -> str:
    """The one installation of the app: another account's, or another app of this one, is not ours."""
    wanted = context.connection.audience
    return "" if wanted and value == wanted else "audience-wrong"


def _subject(value: Any, context: Context) -> str:
    """A user of this account."""
    account, user = user_of(value) if isinstance(value, str) else ("", "")
    if not user:
        return "claim-wrong"
    return "" if account == context.connection.host_url.rstrip("/") else "issuer-wrong"


CLAIMS = ClaimSet(
    required={
        "iss": _issuer,
        "aud": _audience,
        "exp": not_past(CLOCK_LEEWAY_S),
        "iat": not_ahead(CLOCK_LEEWAY_S),
        "sub": _subject,
    },
    optional={"nbf": not_ahead(CLOCK_LEEWAY_S), "context": table, "cnf": table},
    ignored=frozenset({"qsh", "jti"}),  # of the address that it was posted to; our own use is counted by the token
)
