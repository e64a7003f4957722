"""A request of a card, signed by HubSpot: signature v3 over the method, the address, the body and the time.

https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from app.config import ConnectionSettings, Secret
from app.errors import BadRequest
from app.hosts._claims import ClaimSet, Context, matching, read_object, text
from app.hosts._host import CLOCK_LEEWAY_S, USED_MARGIN_S, page_origin
from app.hosts._keys import KeySource
from app.hosts._once import held_since
from app.hosts._reasons import refused
from app.hosts._request import SignedRequest, parameters, read
from app.launch import Attest, Launch, LaunchRequest, Record, Viewer

SIGNATURE, TIMESTAMP = "x-hubspot-signature-v3", "x-hubspot-request-timestamp"
MAX_AGE_S = 300.0
# What the vendor says is written plainly in what is signed, where an address writes it encoded; its own libraries
# sign the address as it is. None of these letters parts one parameter from another, so both readings say the same.
_PLAIN = {f"%{ord(letter):02X}": letter for letter in ":/?@!$'()*,;"}
_ENCODED = re.compile("|".join(_PLAIN), re.IGNORECASE)


def verify(request: LaunchRequest, connection: ConnectionSettings, _: KeySource) -> Launch:
    """Turn a signed request into a launch. Raises LaunchRefused, LaunchExpired."""
    signed = read(request.proof)
    at = _time(signed)
    _check_signature(signed, connection.secrets)
    _check_time(at, request.now)
    _check_address(signed, connection)
    said = parameters(urlsplit(signed.address).query)
    body = read_object(signed.body.encode("utf-8", "surrogatepass"))
    if said.keys() & body.keys():
        raise refused("duplicate-key")
    claims = said | body
    unknown = CLAIMS.verify(claims, Context(request, connection))
    record = Record.parse(claims["record"])
    if any(asked != record for asked in request.records):
        raise refused("record-mismatch")
    return Launch(
        viewer=Viewer(claims["userId"], claims.get("userEmail", ""), claims.get("locale") or request.locale or "en"),
        records=(record,),
        origin=page_origin(request, connection),
        component=claims["component"],
        attests=frozenset({Attest.VIEWER}),
        used_key=hashlib.sha256(_source(signed, _plain(signed.address))).hexdigest(),
        used_until=at + MAX_AGE_S + CLOCK_LEEWAY_S + USED_MARGIN_S,
        host_token=held_since(request.now),
        host_url=connection.host_url,
        unknown_claims=unknown,
    )


def _time(signed: SignedRequest) -> float:
    """When HubSpot signed, seconds since the epoch."""
    written = signed.headers.get(TIMESTAMP, "")
    if not re.fullmatch(r"[0-9]{1,16}", written, re.ASCII):
        raise refused("malformed")
    return int(written) / 1000


def _check_time(at: float, now: float) -> None:
    """Both bounds: the vendor's own libraries know the older one only."""
    if now - at > MAX_AGE_S:
        raise refused("expired")
    if at - now > CLOCK_LEEWAY_S:
        raise refused("not-yet-valid")


def _check_signature(signed: SignedRequest, secrets: Sequence[Secret]) -> None:
    """By any of the secrets, over the address as it is or as the vendor writes it; all are compared."""
    given, holds = signed.headers.get(SIGNATURE, "").encode(), False
    for secret in secrets:
        key = secret.reveal_bytes()
        for address in (signed.address, _plain(signed.address)):
            made = base64.b64encode(hmac.new(key, _source(signed, address), hashlib.sha256).digest())
            holds |= hmac.compare_digest(made, given) and bool(key)
    if not holds:
        raise refused("signature-wrong")


def _check_address(signed: SignedRequest, connection: ConnectionSettings) -> None:
    """The address where cards of this connection ask, and no other: HubSpot signs an app's every request alike, its
    events among them, and whoever sees one of those has seen no launch."""
    parts = urlsplit(signed.address)
    ours = parts.path == f"/launch/{connection.name}" and f"{parts.scheme}://{parts.netloc}" in connection.origins
    if signed.method != "POST" or not ours or parts.fragment:
        raise refused("audience-wrong")


def _source(signed: SignedRequest, address: str) -> bytes:
    return f"{signed.method}{address}{signed.body}{signed.headers[TIMESTAMP]}".encode("utf-8", "surrogatepass")


def _plain(address: str) -> str:
    """The address with those letters of its query written plainly."""
    path, mark, query = address.partition("?")
    return path + mark + _ENCODED.sub(lambda found: _PLAIN[found[0].upper()], query)


def _portal(value: Any, context: Context) -> str:
    wanted = context.connection.issuer
    return "" if wanted and value == wanted else "issuer-wrong"


def _app(value: Any, context: Context) -> str:
    wanted = context.connection.audience
    return "" if wanted and value == wanted else "audience-wrong"


def _component(value: Any, context: Context) -> str:
    if value not in context.connection.components:
        return "component-unlisted"
    return "" if context.request.component in {None, value} else "component-mismatch"


def _record(value: Any, _: Context) -> str:
    if value in ([], None, ""):
        return "record-missing"
    try:
        return "" if isinstance(value, str) and Record.parse(value) else "claim-wrong"
    except BadRequest:
        return "claim-wrong"


CLAIMS = ClaimSet(
    required={
        "portalId": _portal,  # these three are HubSpot's own words, added to what the card asked for
        "appId": _app,
        "userId": matching(r"[1-9][0-9]{0,19}"),
        "component": _component,
        "record": _record,
    },
    optional={"userEmail": text(320, least=0), "locale": matching(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8}){0,3}")},
)
