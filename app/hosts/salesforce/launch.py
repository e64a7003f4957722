"""The Canvas signed request as a launch: what it must say, and which record it is about."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from app.config import ConnectionSettings
from app.hosts._claims import ClaimSet, Context, is_text, matching, read_object, table, text
from app.hosts._keys import KeySource
from app.hosts._reasons import refused
from app.hosts.salesforce.ids import is_id, is_name, long_id, same_id, type_by_prefix
from app.hosts.salesforce.signed import decode, open_signed
from app.launch import Attest, Launch, LaunchRequest, Record, Viewer

# A signed request has no end of its own, so it is remembered for longer than the token in it can live: by the
# vendor's settings, a session lasts 24 hours at most.
USED_FOR_S = 25 * 3600.0
API_SUFFIXES = (".my.salesforce.com", ".my.salesforce.mil", ".my.sfcrmproducts.cn", ".my-salesforce.com")
_DEPTH = 3  # context.user.userId
_LOCATION = re.compile(r"/lightning/r/(?:([A-Za-z]\w{0,79})/)?([a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?)(?:/|$)", re.ASCII)
LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8}){0,3}")
ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


def verify(request: LaunchRequest, connection: ConnectionSettings, _: KeySource) -> Launch:
    """Turn a signed request into a launch. Raises LaunchRefused."""
    payload = open_signed(request.proof, connection.secrets)
    claims = flatten(read_object(decode(payload)), CLAIMS.known)
    unknown = CLAIMS.verify(claims, Context(request, connection))
    viewer = _viewer(claims)
    _check_organization(claims, connection)
    component = request.component or _component(claims)
    if component not in connection.components:
        raise refused("component-unlisted")
    records = _records(claims)
    if any(Record(asked.type, long_id(asked.id)) not in records for asked in request.records):
        raise refused("record-mismatch" if records else "record-missing")
    return Launch(
        viewer=viewer,
        records=records,
        origin=claims["client.targetOrigin"],
        component=component,
        attests=frozenset({Attest.VIEWER}),
        # Of the signed text, not of the whole proof: a signature can be written in several alphabets and
        # paddings, and each of them would be another proof that was not used before.
        used_key=hashlib.sha256(payload.encode()).hexdigest(),
        used_until=request.now + USED_FOR_S,
        host_token=claims["client.oauthToken"],
        host_url=_base(claims["client.instanceUrl"]),
        bridge={"instance": claims["client.instanceId"]},
        unknown_claims=unknown,
    )


def flatten(value: Mapping[str, Any], known: Iterable[str], path: str = "") -> dict[str, Any]:
    """Dotted names -> values, down to what is declared or is no object. A null is as good as absent."""
    found: dict[str, Any] = {}
    for key, each in value.items():
        name = path + key.replace(".", "?")  # a dot in a name must not pass for a step inside
        if isinstance(each, dict) and name not in known and name.count(".") < _DEPTH - 1:
            found |= flatten(each, known, f"{name}.")
        elif each is not None:
            found[name] = each
    return found


def _algorithm(value: Any, _: Context) -> str:
    # The vendor's Java SDK takes a missing algorithm for this one. Every real payload names it; so it must.
    return "" if value == "HMACSHA256" else "algorithm-refused"


def _identifier(value: Any, _: Context) -> str:
    return "" if is_id(value) else "claim-wrong"


def _target_origin(value: Any, context: Context) -> str:
    return "" if value in context.connection.origins else "origin-unlisted"


def _instance_url(value: Any, context: Context) -> str:
    """The API's address: exactly the connection's; without one, at least a host of the vendor's.

    It is signed, but a secret can be shared by several orgs, and our server is about to call it.
    """
    if not is_text(value, 300):
        return "claim-wrong"
    if context.connection.host_url:
        return "" if _base(value) == _base(context.connection.host_url) else "instance-refused"
    name = _base(value).removeprefix("https://")
    # a bare host name, so that no user, port, path or query can lead elsewhere
    vendor = re.fullmatch(r"[a-z0-9.-]+", name) and name.endswith(API_SUFFIXES) and value.startswith("https://")
    return "" if vendor else "instance-refused"


def _under(path: str, names: str) -> frozenset[str]:
    return frozenset(f"{path}.{name}" for name in names.split())


CLAIMS = ClaimSet(
    required={
        "algorithm": _algorithm,
        # null until the viewer has approved the app: then there is nobody to ask about the record
        "client.oauthToken": matching(r"[!-~]{1,4096}"),
        "client.instanceUrl": _instance_url,
        "client.targetOrigin": _target_origin,
        "client.instanceId": text(500),
        "context.user.userId": _identifier,
    },
    # Any other field may be missing or null, by the vendor's word.
    optional={
        "userId": _identifier,
        "context.organization.organizationId": _identifier,
        "context.environment.parameters": table,
        "context.environment.record": table,
    },
    ignored=frozenset(
        {
            "issuedAt",  # milliseconds cut to 32 bits, or null: no time that could be compared
            "client.refreshToken",  # never asked for, never kept
            "context.links",
            "context.application",
        }
    )
    # for display: a strange one is left out, the panel still opens
    | _under("context.user", "fullName userName locale timeZone")
    | _under("context.user", "firstName lastName email language profileId roleId userType currencyISOCode")
    | _under("context.user", "profilePhotoUrl profileThumbnailUrl siteUrl siteUrlPrefix networkId")
    | _under("context.user", "accessibilityModeEnabled isDefaultNetwork")
    | _under("context.organization", "name multicurrencyEnabled namespacePrefix currencyIsoCode")
    | _under("context.environment", "locationUrl displayLocation sublocation subLocation referer uiTheme")
    | _under("context.environment", "dimensions version"),
)


def _base(url: str) -> str:
    return url.rstrip("/")


def _viewer(claims: Mapping[str, Any]) -> Viewer:
    subject = claims["context.user.userId"]
    if not same_id(claims.get("userId", subject), subject):
        raise refused("viewer-mismatch")
    names = (claims.get("context.user.fullName"), claims.get("context.user.userName"))
    locale, zone = claims.get("context.user.locale"), claims.get("context.user.timeZone")
    return Viewer(
        subject=long_id(subject),
        name=next((name for name in names if isinstance(name, str) and is_text(name, 200)), ""),
        locale=locale if isinstance(locale, str) and LOCALE.fullmatch(locale) else "en",
        timezone=zone if isinstance(zone, str) and ZONE.fullmatch(zone) else "UTC",
    )


def _check_organization(claims: Mapping[str, Any], connection: ConnectionSettings) -> None:
    """A connection may pin its org, for the case that one secret serves several."""
    given = claims.get("context.organization.organizationId", "")
    if connection.issuer and not same_id(given, connection.issuer):
        raise refused("issuer-wrong")


def _component(claims: Mapping[str, Any]) -> str:
    """What our wrapper asks for: an app has but one canvas address, and a page several panels."""
    given = claims.get("context.environment.parameters", {}).get("component")
    return given if isinstance(given, str) else ""


def _records(claims: Mapping[str, Any]) -> tuple[Record, ...]:
    """What the page is about: our wrapper's parameter, else the page's record, else its address; a home page, none."""
    parameters = claims.get("context.environment.parameters", {})
    record = claims.get("context.environment.record", {})
    located_type, located_id = _location(claims.get("context.environment.locationUrl"))
    given = parameters.get("recordId") or record.get("Id") or located_id
    if not given:
        return ()
    if not is_id(given):
        raise refused("claim-wrong", "recordId")
    attributes = record.get("attributes")
    # what speaks of another record than the given one says nothing about its type
    of_page = attributes.get("type") if isinstance(attributes, dict) and record.get("Id") == given else None
    of_address = located_type if same_id(located_id, given) else None
    kind = type_by_prefix(given) or of_address or of_page or parameters.get("sObjectName")
    if not is_name(kind):
        raise refused("record-type-unknown")
    return (Record(str(kind), long_id(given)),)


def _location(url: Any) -> tuple[str, str]:
    """Type and id in a record page's address. Never its query: that once held a session."""
    try:
        match = _LOCATION.search(urlsplit(url).path) if is_text(url, 4000) else None
    except ValueError:
        match = None
    return (match[1] or "", match[2]) if match else ("", "")
