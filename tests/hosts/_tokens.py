"""The matrix's rows for hosts whose viewers bring a token of a directory or a provider."""

from __future__ import annotations

import base64
from typing import Any

from joserfc.jwk import OctKey

from tests.hosts._mutations import Mutate, asked, headed, raw, said, signed, under
from tests.hosts._proofs import APP, APP_URI, CLOCK, GUEST, OTHER_TENANT, PERSONAL, TENANT, V1, V2, Attempt

Rows = list[tuple[str, Mutate, str]]
GRAPH = "00000003-0000-0000-c000-000000000000"
STRANGER = "11111111-2222-4333-8444-555555555555"
FUTURE = int(CLOCK) + 301


def v1(**claims: Any) -> Mutate:
    """The token of version 1, which says something else; None takes a claim away."""

    def mutate(builder: Any) -> Attempt:
        return said(**claims)(builder.v1())

    return mutate


def of(tenant: str, **header: Any) -> Mutate:
    """A token of another tenant, all of it."""

    def mutate(builder: Any) -> Attempt:
        issuer = V2.replace("{tenantid}", tenant)
        return builder.said("tid", tenant).said("iss", issuer).headed(**header).attempt()

    return mutate


def app_only(builder: Any) -> Attempt:
    return builder.said("scp", None).said("name", None).said("idtyp", "app").attempt()


def unmarked_app(builder: Any) -> Attempt:
    return builder.said("scp", None).attempt()


def signatures() -> Rows:
    """RS256 by a key of the published set, and nothing else."""
    modulus = OctKey.import_key(base64.urlsafe_b64decode(GUEST["keys"]["rs"]["n"] + "=="))
    return [
        ("alg none", headed(alg="none"), "algorithm-refused"),
        ("alg none, spelt otherwise", under(b'{"alg":"nOnE"}'), "algorithm-refused"),
        ("no alg", under(b'{"kid":"rs"}'), "algorithm-refused"),
        ("HS256 with the public key", signed("HS256", modulus, kid="rs"), "algorithm-refused"),
        ("EdDSA", signed("EdDSA", "ed", kid="ed"), "algorithm-refused"),
        ("a key's name that nobody published", headed(kid="new"), "key-unknown"),
        ("no key's name", headed(kid=None), "key-unknown"),
        ("a kid that is no text", headed(kid=7), "malformed"),
        ("x5t beside kid", headed(x5t="bW8ZcMjBCnJZS-ibX5UQDNStvx4"), ""),
        *((f"header {n}", headed(**{n: "x"}), f"header-refused:{n}") for n in ("jku", "jwk", "x5u", "x5c", "crit")),
        ("our own session's typ", headed(typ="inlay-session"), "type-wrong"),
        ("no typ", headed(typ=None), ""),
        ("a huge header", headed(note="x" * 4000), "too-large"),
        ("no signature", raw(lambda proof: proof.rpartition(".")[0] + "."), "signature-wrong"),
        ("two parts", raw(lambda proof: proof.rpartition(".")[0]), "malformed"),
        ("an unlisted component", asked(component="admin"), "component-unlisted"),
        ("the browser says nothing", asked(origin=None), ""),
    ]


def access_tokens() -> Rows:
    """Entra: https://learn.microsoft.com/entra/identity-platform/claims-validation, line by line."""
    names = ["ver", "aud", "tid", "iss", "exp", "nbf", "iat", "oid", "azp"]
    issued = int(CLOCK) - 600
    return [
        *signatures(),
        *((f"without {name}", said(**{name: None}), f"claim-missing:{name}") for name in names),
        *((f"v1: without {n}", v1(**{n: None}), f"claim-missing:{n}") for n in ("appid", "tid", "iss", "oid")),
        *((f"{name} {n}", said(**{name: value}), f"claim-wrong:{name}") for n, (name, value) in enumerate(_WRONG)),
        ("typ at+jwt", headed(typ="at+jwt"), ""),
        # versions
        ("v1", v1(), ""),
        ("another version", said(ver="3.0"), "version-unknown"),
        ("v1 under the issuer of v2", v1(iss=V2.replace("{tenantid}", TENANT)), "issuer-wrong"),
        ("v2 under the issuer of v1", said(iss=V1.replace("{tenantid}", TENANT)), "issuer-wrong"),
        ("v2 that calls itself v1", said(ver="1.0"), "claim-missing:appid"),
        # for whom
        ("v1 for the App ID URI", v1(aud=APP_URI), ""),
        ("v2 for the App ID URI", said(aud=APP_URI), "audience-wrong"),
        ("for another app", said(aud=STRANGER), "audience-wrong"),
        ("v1 for another app", v1(aud=f"{APP_URI}/"), "audience-wrong"),
        ("an audience in a list", said(aud=[APP]), "audience-wrong"),
        ("for the API", said(aud=GRAPH), "api-token"),
        ("for the API, by its address", said(aud="https://graph.microsoft.com"), "api-token"),
        ("v1 for the API", v1(aud="https://graph.microsoft.com/"), "api-token"),
        # tenants
        ("another tenant, all of it", of(OTHER_TENANT), "tenant-unlisted"),
        ("another tenant with its own key", of(OTHER_TENANT, kid="rs-other"), "tenant-unlisted"),
        ("a personal account", of(PERSONAL, kid="rs-personal"), "tenant-personal"),
        ("our tenant under another's issuer", said(iss=V2.replace("{tenantid}", OTHER_TENANT)), "issuer-wrong"),
        ("a key of our tenant alone", headed(kid="rs-ours"), ""),
        ("a key of another tenant alone", headed(kid="rs-other"), "issuer-wrong"),
        ("a key for personal accounts", headed(kid="rs-personal"), "issuer-wrong"),
        ("a key without an issuer", headed(kid="rs"), ""),
        ("v1 with a key of v2", lambda b: b.v1().headed(kid="rs-all").attempt(), "issuer-wrong"),
        ("the template itself", said(tid="{tenantid}", iss=V2), "claim-wrong:tid"),
        ("a tenant by its domain", of("contoso.onmicrosoft.com"), "claim-wrong:tid"),
        # on whose behalf
        ("an app's own token", app_only, "app-only"),
        ("an app's own token that is not marked", unmarked_app, "app-only"),
        ("neither scope nor role", lambda b: b.said("roles", None).said("scp", None).attempt(), "claim-missing:scp"),
        ("marked as a viewer's", said(idtyp="user"), ""),
        ("marked otherwise", said(idtyp="device"), "claim-wrong:idtyp"),
        ("without the scope", said(scp="User.Read"), "scope-missing"),
        ("a scope that contains the scope", said(scp="access_as_user.all"), "scope-missing"),
        ("the scope among others", said(scp="a access_as_user b"), ""),
        # by whom
        ("our own app asked", said(azp=APP), ""),
        ("v1, our own app asked", v1(appid=APP), ""),
        ("a stranger's app asked", said(azp=STRANGER), "client-unlisted"),
        ("v1, a stranger's app asked", v1(appid=STRANGER), "client-unlisted"),
        # when
        ("in its last second of leeway", asked(now=CLOCK + 3900 + 299), ""),
        ("expired", asked(now=CLOCK + 3900 + 300), "expired"),
        ("issued in the future", said(iat=FUTURE), "not-yet-valid"),
        ("not before the future", said(nbf=FUTURE), "not-yet-valid"),
        ("28 hours, evaluated continuously", said(exp=issued + 28 * 3600), ""),
        ("a week", said(exp=issued + 7 * 86_400), "life-too-long"),
        ("no life at all", said(iat=int(CLOCK), exp=int(CLOCK)), "life-too-long"),
        # what is for display only
        ("a strange name", said(name="two\nlines"), ""),
        ("groups in their hundreds", said(groups=[STRANGER] * 200), ""),
        ("too many groups", said(_claim_names={"groups": "src1"}, _claim_sources={}), ""),
    ]


_WRONG: list[tuple[str, Any]] = [
    *(("exp", value) for value in ("1795000295", True, 10**400)),
    *(("iat", value) for value in ("now", [1])),
    ("nbf", "soon"),
    *(("tid", value) for value in (TENANT.upper(), f"{{{TENANT}}}", f"{TENANT}\n", 17, [TENANT])),
    *(("oid", value) for value in ("", "zoe@contoso.example", [17])),
    *(("iss", value) for value in (["x"], {})),
    *(("azp", value) for value in ("", "Inlay", 7)),
    *(("scp", value) for value in (["access_as_user"], 7, {})),
]


def id_tokens() -> Rows:
    """OpenID providers: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation"""
    names = ["iss", "aud", "exp", "iat", "sub"]
    issued = int(CLOCK) - 60
    return [
        *((name, mutate, reason) for name, mutate, reason in signatures() if name != "no key's name"),
        *((f"without {name}", said(**{name: None}), f"claim-missing:{name}") for name in names),
        *((f"{name} {n}", said(**{name: value}), f"claim-wrong:{name}") for n, (name, value) in enumerate(_WRONG_ID)),
        ("an access token's typ", headed(typ="at+jwt"), "type-wrong"),
        ("an access token by its claims", said(typ="Bearer"), "claim-wrong:typ"),
        (
            "a logout token",
            said(events={"http://schemas.openid.net/event/backchannel-logout": {}}),
            "claim-wrong:events",
        ),
        ("ES256, which is not configured", signed("ES256", "es", kid="es"), "algorithm-refused"),
        # for whom, and given to whom
        ("another audience", said(aud="other"), "audience-wrong"),
        ("no audience", said(aud=[]), "audience-wrong"),
        ("one audience in a list", said(aud=["inlay"]), ""),
        ("two audiences", said(aud=["inlay", "intranet"]), ""),
        ("two audiences, given to the other", said(aud=["inlay", "intranet"], azp="intranet"), ""),
        ("two audiences, given to nobody", said(aud=["inlay", "intranet"], azp=None), "claim-missing:azp"),
        ("a stranger beside us", said(aud=["inlay", "other"]), "audience-wrong"),
        ("others without us", said(aud=["intranet"]), "audience-wrong"),
        ("given to a stranger", said(azp="other"), "client-unlisted"),
        ("given to nobody in particular", said(azp=None), ""),
        # when
        ("in its last second of leeway", asked(now=CLOCK + 3540 + 29), ""),
        ("expired", asked(now=CLOCK + 3540 + 30), "expired"),
        ("issued in the future", said(iat=int(CLOCK) + 31), "not-yet-valid"),
        ("not before the future", said(nbf=int(CLOCK) + 31), "not-yet-valid"),
        ("a day", said(exp=issued + 86_400), ""),
        ("a day and a second", said(exp=issued + 86_401), "life-too-long"),
        # what it was asked with
        ("no nonce", said(nonce=None), ""),
        ("our nonce", asked(nonce="n-0S6_WzA2Mj"), ""),
        ("another nonce", asked(nonce="n-another"), "nonce-wrong"),
        ("our nonce, and none in it", lambda b: said(nonce=None)(b.asked(nonce="n-0S6_WzA2Mj")), "nonce-wrong"),
    ]


_WRONG_ID: list[tuple[str, Any]] = [
    *(("exp", value) for value in ("1795000295", True, 10**400)),
    *(("iat", value) for value in ("now", [1])),
    ("nbf", "soon"),
    *(("sub", value) for value in ("", "two\nlines", "x" * 256, 17)),
    *(("name", value) for value in (["Zoë"], "x" * 201)),
    *(("locale", value) for value in ("de-DE; DROP", 7)),
    ("zoneinfo", "Europe/<b>"),
    *(("roles", value) for value in ("sales", [1], ["x"] * 51)),
    *(("nonce", value) for value in ("", 7)),
]
