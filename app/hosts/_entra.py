"""Entra ID: its access tokens as launches.

What must hold is written at https://learn.microsoft.com/entra/identity-platform/claims-validation and in
https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference. Two versions of tokens are
about, chosen by the registration of our app, not by who asks; each has a discovery document and claims of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from joserfc.jwk import Key

from app.config import ConnectionSettings
from app.hosts._claims import Check, ClaimSet, Context, is_text, matching, not_ahead, not_past
from app.hosts._graph import GRAPH, base_url
from app.hosts._host import USED_MARGIN_S, Verify, page_origin
from app.hosts._jws import open_jws, unverified
from app.hosts._keys import Discovery, KeySource
from app.hosts._reasons import refused
from app.launch import Attest, Launch, LaunchRequest, Viewer

REQUIRES = ("origins", "components", "tenants", "client_id", "client_secret")
USES = ("authority", "tenants", "clients", "scope", "host_scopes", "single_use", "drives")
AUTHORITY = "https://login.microsoftonline.com"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"  # the tenant of all personal accounts
API = "00000003-0000-0000-c000-000000000000"  # the API's own id as an audience
LEEWAY_S = 300.0
MAX_LIFE_S = 30 * 3600.0  # sessions that are evaluated continuously have tokens of 28 hours
MAX_PROOF = 65_536
MAX_ROLES = 50
_TYPES = frozenset({"jwt", "at+jwt"})
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TEMPLATE = "{tenantid}"
DISCOVERY = {
    "1.0": "/common/.well-known/openid-configuration",
    "2.0": "/common/v2.0/.well-known/openid-configuration",
}


def verifier(own_clients: Iterable[str]) -> Verify:
    """The verification for a host whose pages get their tokens through these apps of the vendor's."""
    return partial(_verify, frozenset(own_clients))


def _verify(
    own_clients: frozenset[str], request: LaunchRequest, connection: ConnectionSettings, keys: KeySource
) -> Launch:
    """Turn an access token into a launch. Raises LaunchRefused, LaunchExpired; HostUnavailable without the keys."""
    said = unverified(request.proof)
    api = base_url(connection)
    if said.get("aud") in (
        API,
        *(f"{url}{end}" for url in (GRAPH, api) for end in ("", "/")),
    ):  # the most frequent mistake, and nobody can check its signature
        raise refused("api-token")
    version = "1.0" if said.get("ver") == "1.0" else "2.0"
    discovery = partial(keys.discover, authority(connection) + DISCOVERY[version])
    claims = open_jws(request.proof, ("RS256",), _TYPES, partial(issuers_keys, keys, discovery, said), MAX_PROOF)
    if claims.get("idtyp") == "app" or ("roles" in claims and "scp" not in claims):
        raise refused("app-only")
    unknown = CLAIMS[version].verify(claims, Context(request, connection))
    tenant, client = claims["tid"], claims["azp" if version == "2.0" else "appid"]
    if claims["iss"] != discovery().issuer.replace(TEMPLATE, tenant):
        raise refused("issuer-wrong")
    if client not in {connection.client_id, *(connection.clients or own_clients)}:
        raise refused("client-unlisted")
    if not 0 < claims["exp"] - claims["iat"] <= MAX_LIFE_S:
        raise refused("life-too-long")
    if request.component not in connection.components:
        raise refused("component-unlisted")
    signed = request.proof.rpartition(".")[0]
    return Launch(
        viewer=viewer(claims, request.locale),
        records=request.records,  # not attested: each is asked of the host
        origin=page_origin(request, connection),
        component=request.component,
        attests=frozenset({Attest.VIEWER}),
        used_key=hashlib.sha256(signed.encode()).hexdigest() if connection.single_use else "",
        used_until=claims["exp"] + LEEWAY_S + USED_MARGIN_S,
        host_token=request.proof,
        host_url=api,
        unknown_claims=unknown,
    )


def issuers_keys(
    keys: KeySource, discovery: partial[Discovery], said: Mapping[str, Any], algorithm: str, kid: str | None
) -> Iterable[Key]:
    """The keys of this name that may sign for the issuer that the token names.

    One set serves all tenants, but some of its keys are for one of them only; each says for which. What the token
    says is not believed yet, but it is what the signature will be held against.
    """
    if kid is None:
        raise refused("key-unknown")
    found = keys.find(discovery().jwks_url, algorithm, kid)
    if not found:
        raise refused("key-unknown")
    issuer, tenant = said.get("iss"), said.get("tid")
    if not isinstance(issuer, str) or not isinstance(tenant, str) or not GUID.fullmatch(tenant):
        return found  # refused by its claims, whoever signed it
    mine = [key for key in found if str(key.get("issuer", issuer)).replace(TEMPLATE, tenant) == issuer]
    if not mine:
        raise refused("issuer-wrong")
    return mine


def authority(connection: ConnectionSettings) -> str:
    """The sign-in service: the public cloud's, unless the connection names that of another cloud."""
    return connection.authority or AUTHORITY


def viewer(claims: Mapping[str, Any], locale: str) -> Viewer:
    """Tenant and object id together name a person for ever; names and addresses change, and are for display."""
    name, roles = claims.get("name"), claims.get("roles")
    shown = [role for role in roles if is_text(role, 100)] if isinstance(roles, list) else []
    return Viewer(
        subject=f"{claims['oid']}.{claims['tid']}",
        name=name if isinstance(name, str) and is_text(name, 200) else "",
        locale=locale or "en",
        roles=tuple(shown[:MAX_ROLES]),
    )


def audience(value: Any, context: Context) -> str:
    """A check: the token is for our registration, by its client id; a v2 token never names it by a URI."""
    wanted = context.connection.client_id
    return "" if wanted and value == wanted else "audience-wrong"


def _audience_v1(value: Any, context: Context) -> str:
    """The app's id, or its App ID URI."""
    wanted = {context.connection.client_id, context.connection.audience} - {""}
    return "" if isinstance(value, str) and value in wanted else "audience-wrong"


def listed_tenant(value: Any, context: Context) -> str:
    """A check: the tenant is one of the connection's, and no personal account's (they all share one tenant)."""
    if not isinstance(value, str) or not GUID.fullmatch(value):
        return "claim-wrong"
    if value == PERSONAL:
        return "tenant-personal"
    return "" if value in context.connection.tenants else "tenant-unlisted"


def _scopes(value: Any, context: Context) -> str:
    if not isinstance(value, str):
        return "claim-wrong"
    wanted = context.connection.scope
    return "" if wanted and wanted in value.split(" ") else "scope-missing"


def _version(value: Any, _: Context) -> str:
    return "" if value in ("1.0", "2.0") else "version-unknown"


def is_one_of(*values: str) -> Check:
    """A check: exactly one of these values."""
    return lambda value, _: "" if value in values else "claim-wrong"


def _claims(audience: Check, client: str, ignored: str) -> ClaimSet:
    guid = matching(GUID.pattern)
    return ClaimSet(
        required={
            "ver": _version,
            "aud": audience,
            "tid": listed_tenant,
            "iss": matching(r"[!-~]{1,300}"),  # and what it must be, once the tenant is known
            "exp": not_past(LEEWAY_S),
            "nbf": not_ahead(LEEWAY_S),
            "iat": not_ahead(LEEWAY_S),
            "oid": guid,
            "scp": _scopes,
            client: guid,
        },
        optional={"idtyp": is_one_of("user")},
        ignored=frozenset(f"{IGNORED} {ignored}".split()),
    )


# For display (name, roles), for the vendor, or what must not be relied on: names and addresses change hands.
IGNORED = """
    name roles uti sub rh aio amr acr acrs acct auth_time sid groups hasgroups wids _claim_names _claim_sources
    email family_name given_name nickname login_hint idp ipaddr in_corp onprem_sid platf puid ctry fwd deviceid
    tenant_ctry tenant_region_scope verified_primary_email verified_secondary_email vnet pwd_exp pwd_url zoneinfo
    xms_cc xms_edov xms_ftd xms_idrel xms_pdl xms_pl xms_tpl xms_st xms_tcdt xms_tdbr xms_act_fct xms_sub_fct
    signin_state nonce at_hash
"""
CLAIMS = {
    "1.0": _claims(_audience_v1, "appid", "appidacr unique_name upn"),
    "2.0": _claims(audience, "azp", "azpacr preferred_username"),
}
