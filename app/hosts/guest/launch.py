"""The guest launch: what its token must say, each claim in exactly one set, and the launch that it makes.

A JWT; its registered claims mean what https://www.rfc-editor.org/rfc/rfc7519#section-4.1 says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.config import ConnectionSettings
from app.errors import BadRequest
from app.hosts._claims import (
    ClaimSet,
    Context,
    is_number,
    is_storable,
    is_text,
    matching,
    not_ahead,
    not_past,
    text,
)
from app.hosts._host import CLOCK_LEEWAY_S, USED_MARGIN_S
from app.hosts._keys import KeySource
from app.hosts._reasons import refused
from app.hosts.guest.token import open_token
from app.launch import MAX_RECORDS, Attest, Launch, LaunchRequest, Record, Viewer

MAX_LIFE_S = 300.0
MAX_FIELDS = 200  # of one record
MAX_VALUE = 4_000  # characters of one carried value
MAX_ROLES = 50
MAX_NAME = 200  # characters of a record's


def verify(request: LaunchRequest, connection: ConnectionSettings, keys: KeySource) -> Launch:
    """Turn a token into a launch. Raises LaunchRefused, LaunchExpired; HostUnavailable without its keys."""
    claims = open_token(request.proof, connection, keys)
    unknown = CLAIMS.verify(claims, Context(request, connection))
    _check_life(claims)
    records = _records(claims["record"])
    features = {Record.parse(name): dict(row) for name, row in claims.get("features", {}).items()}
    names = {Record.parse(record): name for record, name in claims.get("names", {}).items()}
    if not {*request.records, *features, *names} <= {*records}:
        raise refused("record-mismatch")
    fields = claims.get("fields")
    return Launch(
        viewer=Viewer(
            subject=claims["sub"],
            name=claims.get("name", ""),
            locale=claims.get("locale", "en"),
            timezone=claims.get("zoneinfo", "UTC"),
            roles=tuple(claims.get("roles", ())),
        ),
        records=records,  # all that the host vouched for; the request may ask for some of them first
        origin=claims["origin"],
        component=claims["component"],
        attests=frozenset({Attest.VIEWER, Attest.RECORD, Attest.ORIGIN}),
        used_key=f"{claims['iss']} {claims['jti']}",
        used_until=claims["exp"] + CLOCK_LEEWAY_S + USED_MARGIN_S,  # while any clock of ours could take it
        features={str(record): row for record, row in features.items()},
        names={str(record): name for record, name in names.items()},
        fields=None if fields is None else frozenset(fields),
        unknown_claims=unknown,
    )


def _check_life(claims: Mapping[str, Any]) -> None:
    """The one rule about two claims. An end before its beginning could lean on the leeway at both ends."""
    life = claims["exp"] - claims["iat"]
    if life <= 0:
        raise refused("claim-wrong", "exp")
    if life > MAX_LIFE_S:
        raise refused("life-too-long")


def _records(value: str | list[str]) -> tuple[Record, ...]:
    names = [value] if isinstance(value, str) else value
    return tuple(dict.fromkeys(Record.parse(name) for name in names))


def _is_record(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(Record.parse(value))
    except BadRequest:
        return False


def _issuer(value: Any, context: Context) -> str:
    wanted = context.connection.issuer
    return "" if wanted and value == wanted else "issuer-wrong"


def _audience(value: Any, context: Context) -> str:
    """Exactly us. A list is the other spelling of one audience, not a way to address several."""
    wanted = context.connection.audience
    return "" if wanted and value in (wanted, [wanted]) else "audience-wrong"


def _origin(value: Any, context: Context) -> str:
    """One of the connection's origins, and the browser's own word where it has one.

    A sandboxed frame says "null", which is no origin to compare.
    """
    if value not in context.connection.origins:
        return "origin-unlisted"
    return "" if context.request.origin in {None, "", "null", value} else "origin-mismatch"


def _component(value: Any, context: Context) -> str:
    if value not in context.connection.components:
        return "component-unlisted"
    return "" if context.request.component in {None, value} else "component-mismatch"


def _record(value: Any, _: Context) -> str:
    if value == []:
        return "record-missing"
    if isinstance(value, list):
        return "" if len(value) <= MAX_RECORDS and all(_is_record(each) for each in value) else "claim-wrong"
    return "" if _is_record(value) else "claim-wrong"


def _roles(value: Any, _: Context) -> str:
    sound = isinstance(value, list) and len(value) <= MAX_ROLES and all(is_text(each, 100) for each in value)
    return "" if sound else "claim-wrong"


def _fields(value: Any, _: Context) -> str:
    sound = isinstance(value, list) and len(value) <= MAX_FIELDS and all(is_text(each, 128) for each in value)
    return "" if sound else "claim-wrong"


def _features(value: Any, _: Context) -> str:
    """Record -> its fields, each a single value of bounded size."""
    if not isinstance(value, dict) or len(value) > MAX_RECORDS:
        return "claim-wrong"
    return "" if all(_is_record(name) and _is_row(row) for name, row in value.items()) else "claim-wrong"


def _names(value: Any, _: Context) -> str:
    """Record -> what its viewers know it by."""
    if not isinstance(value, dict) or len(value) > MAX_RECORDS:
        return "claim-wrong"
    sound = all(_is_record(record) and is_text(name, MAX_NAME) for record, name in value.items())
    return "" if sound else "claim-wrong"


def _is_row(row: Any) -> bool:
    if not isinstance(row, dict) or len(row) > MAX_FIELDS:
        return False
    return all(is_text(name, 128) and _is_value(each) for name, each in row.items())


def _is_value(value: Any) -> bool:
    if isinstance(value, str):
        return is_storable(value, MAX_VALUE)
    return value is None or isinstance(value, bool) or is_number(value)


CLAIMS = ClaimSet(
    required={
        "iss": _issuer,
        "aud": _audience,
        "exp": not_past(CLOCK_LEEWAY_S),
        "iat": not_ahead(CLOCK_LEEWAY_S),
        "jti": text(128),  # remembered until the token's end: it works once
        "sub": text(255),
        "origin": _origin,
        "component": _component,
        "record": _record,
    },
    optional={
        "nbf": not_ahead(CLOCK_LEEWAY_S),
        "name": text(200, least=0),
        "locale": matching(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8}){0,3}"),
        "zoneinfo": matching(r"[A-Za-z0-9_+/-]{1,64}"),
        "roles": _roles,
        "fields": _fields,  # the features that this viewer may see
        "features": _features,
        "names": _names,  # for lists
    },
    # what libraries add by habit, and what we do not want to know
    ignored=frozenset({"azp", "nonce", "sid", "auth_time", "email"}),
)
