"""The matrix: for every host one good launch, and each bad one a small mutation of it, with its reason.

`CASES(host)` is a list of (name, mutate, reason). `mutate(builder)` answers an `Attempt`, which can be given
to the host (`request()`) or posted to the front door (`launch_form(host)`, `session_form(connection)`). An
empty reason means that the launch must be accepted. A new host adds a builder to `BUILDERS` and cases here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest
from joserfc.jwk import OctKey

from app.hosts import HOSTS
from app.launch import Attest
from tests.hosts._mutations import Mutate, asked, headed, raw, said, signed, text, under
from tests.hosts._proofs import BUILDERS, CLOCK, DESCRIBED, GUEST, Attempt
from tests.hosts._tokens import access_tokens, id_tokens

MEGABYTE = 1_000_000
ORIGINS = {host: make().connection.origins[0] for host, make in BUILDERS.items()}
LEAD = "Lead/00QAB000003LeadAA2"
OTHER = "Lead/00QAB000009LeadAA2"
EVIL = "https://evil.example"


class Case(NamedTuple):
    name: str
    mutate: Mutate
    reason: str


def CASES(host: str) -> list[Case]:  # noqa: N802 - the matrix is a table, one for each host
    """All cases of a host."""
    if host in DESCRIBED:  # in which another fault is seen first, or is called otherwise, is for it to say
        own, otherwise = DESCRIBED[host].rows, DESCRIBED[host].OTHERWISE
    else:
        own, otherwise = {"salesforce": _salesforce, "guest": _guest, "oidc": id_tokens}.get(host, access_tokens), {}
    shared = [(name, mutate, otherwise.get(name, reason)) for name, mutate, reason in _every_host(host)]
    assert otherwise.keys() <= {name for name, _, _ in shared}
    return [Case(*row) for row in (*shared, *own())]


def _twice(builder: Any) -> Attempt:
    name = next(iter(builder.claims))
    return builder.text(builder.payload()[:-1] + f', "{name}": "another"'.encode() + b"}").attempt()


def _every_host(host: str) -> list[tuple[str, Mutate, str]]:
    def own(salesforce: str, guest: str, entra: str = "") -> str:
        """Where hosts differ in which fault is seen first, or in how it is called."""
        known = {"salesforce": salesforce, "oidc": guest, **dict.fromkeys(("guest", *DESCRIBED), guest)}
        return known.get(host, entra or guest)

    # what a proof names is compared; the one host names both, and attests neither
    names_origin = host == "salesforce" or Attest.ORIGIN in HOSTS[host].attests
    names_record = host == "salesforce" or Attest.RECORD in HOSTS[host].attests

    def placed(origin: Any) -> Mutate:
        return said(origin=origin) if names_origin else asked(origin=origin)

    return [
        ("good", asked(), ""),
        ("an unknown claim is counted, not fatal", said(surprise=1), ""),
        # a text that is no proof
        ("empty", raw(lambda _: ""), "malformed"),
        ("one word", raw(lambda _: "proof"), "malformed"),
        ("one megabyte of letters", raw(lambda _: "A" * MEGABYTE), "too-large"),
        ("one megabyte, signed", said(padding="x" * MEGABYTE), "too-large"),
        ("malformed base64 first", raw(lambda proof: "*" + proof), "malformed"),
        (
            "malformed base64 in the middle",
            raw(lambda proof: proof.replace(".", ".*", 1)),
            own("signature-wrong", "malformed"),  # the one signs any text
        ),
        ("not ASCII", raw(lambda proof: proof + "ß"), "malformed"),
        # a text that nobody of ours signed
        ("signed by a stranger", lambda builder: builder.raw(builder.by_stranger()), "signature-wrong"),
        ("changed after signing", lambda builder: builder.raw(builder.altered()), "signature-wrong"),
        ("the same bytes spelt otherwise", raw(lambda proof: proof + "="), "signature-wrong"),
        # signed, but not to be read in one way
        ("not JSON", text(b"<launch/>"), "malformed"),
        ("not an object", text(b"[]"), "malformed"),
        ("not UTF-8", text(b'{"a": "\xff"}'), "malformed"),
        ("not a number", text(b'{"a": NaN}'), "malformed"),
        ("nested a thousandfold", text(b'{"a":' * 7_000 + b"1" + b"}" * 7_000), "malformed"),
        ("a claim twice", _twice, "duplicate-key"),
        ("nothing said", text(b"{}"), own("claim-missing:algorithm", "claim-missing:iss", entra="claim-missing:ver")),
        # mis-addressed
        ("another issuer", lambda b: b.said("issuer", b.other_issuer).attempt(), "issuer-wrong"),
        ("an unlisted origin", placed(EVIL), "origin-unlisted"),
        ("a null origin", placed("null"), "origin-unlisted" if names_origin else ""),  # a sandboxed page says so
        ("an origin in a list", said(origin=[ORIGINS[host]]), "origin-unlisted" if names_origin else ""),
        ("an origin with a path", placed(ORIGINS[host] + "/"), "origin-unlisted"),
        # what a launch does not attest is asked of the host, later
        ("another record asked for", asked(records=(OTHER,)), "record-mismatch" if names_record else ""),
        ("asked for no record", asked(records=()), ""),
        ("no record", said(record=[]), "record-missing" if names_record else ""),
        ("a viewer that is no text", said(viewer=17), f"claim-wrong:{own('context.user.userId', 'sub', entra='oid')}"),
    ]  # fmt: skip


def _salesforce() -> list[tuple[str, Mutate, str]]:
    user, parameters = "context.user.userId", "context.environment.parameters"
    required = [
        "algorithm",
        *(f"client.{n}" for n in ("oauthToken", "instanceUrl", "targetOrigin", "instanceId")),
    ]
    return [
        *((f"without {name}", said({name: None}), f"claim-missing:{name}") for name in (*required, user)),
        ("without client", said(client=None), "claim-missing:client.oauthToken"),
        # the signature
        ("swapped", raw(lambda proof: ".".join(reversed(proof.split(".")))), "signature-wrong"),
        ("a tail", raw(lambda proof: proof + ".tail"), "signature-wrong"),
        ("a URL-safe signature", _url_safe, ""),
        ("another algorithm", said(algorithm="HMACSHA1"), "algorithm-refused"),
        ("no algorithm at all", said(algorithm="none"), "algorithm-refused"),
        ("an issuedAt of 1970", said(issuedAt=1), ""),
        ("an issuedAt in the future", said(issuedAt=2**31 - 1), ""),
        # who, and from where
        ("no organisation", said(issuer=None), "issuer-wrong"),
        ("two viewers", said(userId="005AB000001AbCdYAK"), "viewer-mismatch"),
        ("a broken token", said({"client.oauthToken": "a\r\nX: y"}), "claim-wrong:client.oauthToken"),
        ("another API", said({"client.instanceUrl": "https://x.my.salesforce.com"}), "instance-refused"),
        ("an API that is no text", said({"client.instanceUrl": 1}), "claim-wrong:client.instanceUrl"),
        ("a dot in a name is no step inside", _dotted, "claim-missing:client.oauthToken"),
        # for what
        ("an unlisted component", asked(component="admin"), "component-unlisted"),
        ("a record id of another shape", said(record="17' OR '1"), "claim-wrong:recordId"),
        ("a record of unknown type", said(record="a0XAB000003LeadAA2"), "record-type-unknown"),
        ("parameters that are no table", said({parameters: "x"}), f"claim-wrong:{parameters}"),
        ("asked for the record", asked(records=(LEAD,)), ""),
    ]  # fmt: skip


def _dotted(builder: Any) -> Attempt:
    claims = builder.claims | {
        "client.oauthToken": "smuggled",
        "client": builder.claims["client"] | {"oauthToken": None},
    }
    return builder.text(json.dumps(claims).encode()).attempt()


def _url_safe(builder: Any) -> Attempt:
    signature, _, payload = builder.proof().partition(".")
    return builder.raw(f"{signature.replace('+', '-').replace('/', '_').rstrip('=')}.{payload}")


def _guest() -> list[tuple[str, Mutate, str]]:
    shared = OctKey.import_key(GUEST["shared_keys"]["2026-11"])
    short = OctKey.import_key(GUEST["shared_keys"]["short"])
    # what an attacker has who read the published set
    modulus = OctKey.import_key(base64.urlsafe_b64decode(GUEST["keys"]["rs"]["n"] + "=="))
    issued, names = (
        GUEST["claims"]["iat"],
        ["iss", "aud", "exp", "iat", "jti", "sub", "origin", "component", "record"],
    )
    audience, wrong = GUEST["audience"], enumerate(_WRONG)
    return [
        *((f"without {name}", said({name: None}), f"claim-missing:{name}") for name in names),
        *((f"{name} {n}", said({name: value}), f"claim-wrong:{name}") for n, (name, value) in wrong),
        # who signed, and how
        ("ES256", signed("ES256", "es", kid="es"), ""),
        ("RS256", signed("RS256", "rs", kid="rs"), ""),
        ("HS256", signed("HS256", shared, kid="2026-11"), ""),
        ("the one key without its name", headed(kid=None), ""),
        ("alg none", headed(alg="none"), "algorithm-refused"),
        ("alg none, spelt otherwise", under(b'{"alg":"nOnE"}'), "algorithm-refused"),
        ("no alg", under(b'{"kid":"ed"}'), "algorithm-refused"),
        ("alg in a list", under(b'{"alg":["EdDSA"]}'), "algorithm-refused"),
        ("an alg that is not configured", under(b'{"alg":"HS512","kid":"2026-11"}'), "algorithm-refused"),
        ("HS256 with the public RSA key", signed("HS256", modulus, kid="rs"), "key-unknown"),
        ("HS256 with it under a shared name", signed("HS256", modulus, kid="2026-11"), "signature-wrong"),
        ("RS256 under an Ed25519 key's name", signed("RS256", "rs", kid="ed"), "key-unknown"),
        ("another tenant's key", signed("EdDSA", "other-tenant", kid="other-tenant"), "key-unknown"),
        ("HS256 without kid", signed("HS256", shared, kid=None), "key-unknown"),
        ("a short shared key", signed("HS256", short, kid="short"), "key-weak"),
        ("a kid that is no text", headed(kid=7), "malformed"),
        ("no typ", headed(typ=None), ""),
        ("another typ", headed(typ="at+jwt"), "type-wrong"),
        ("our own session's typ", headed(typ="inlay-session"), "type-wrong"),
        *((f"header {n}", headed(**{n: "x"}), f"header-refused:{n}") for n in _KEYS_AND_MORE),
        ("an unknown header field", headed(note="x"), ""),
        ("a huge header", headed(note="x" * 4000), "too-large"),
        ("a header field twice", under(b'{"alg":"EdDSA","kid":"x","kid":"ed"}'), "duplicate-key"),
        ("a header nested deeply", under(b"[" * 1500), "malformed"),
        ("no signature", raw(lambda proof: proof.rpartition(".")[0] + "."), "signature-wrong"),
        ("two parts", raw(lambda proof: proof.rpartition(".")[0]), "malformed"),
        ("four parts", raw(lambda proof: proof + ".x"), "malformed"),
        # to whom, and from where
        ("another audience", said(aud="https://other.example"), "audience-wrong"),
        ("two audiences", said(aud=[audience, "https://other.example"]), "audience-wrong"),
        ("one audience in a list", said(aud=[audience]), ""),
        ("the browser says another origin", asked(origin=EVIL), "origin-mismatch"),
        ("the browser says null", asked(origin="null"), ""),
        ("the browser says nothing", asked(origin=None), ""),
        # for what
        ("an unlisted component", said(component="admin"), "component-unlisted"),
        ("another component asked for", asked(component="score-card"), "component-mismatch"),
        ("one record as a text", said(record="Lead/17"), ""),
        ("200 records", said(record=_MANY[:200]), ""),
        ("features", said(features={"Lead/17": {"a": 1, "b": "x\ny", "c": None, "d": True}}), ""),
        ("features of another record", said(features={"Lead/99": {"a": 1}}), "record-mismatch"),
        # when
        ("in its last second of leeway", asked(now=CLOCK + 295 + 29), ""),
        ("expired", asked(now=CLOCK + 295 + 30), "expired"),
        ("issued in the future", said(iat=CLOCK + 31, exp=CLOCK + 60), "not-yet-valid"),
        ("a clock that is slightly ahead", said(iat=CLOCK + 30, exp=CLOCK + 60), ""),
        ("not before the future", said(nbf=CLOCK + 31), "not-yet-valid"),
        ("five minutes", said(exp=issued + 300), ""),
        ("five minutes and a second", said(exp=issued + 301), "life-too-long"),
        ("an hour", said(exp=CLOCK + 3600), "life-too-long"),
        ("no life at all", said(exp=issued), "claim-wrong:exp"),
    ]  # fmt: skip


_KEYS_AND_MORE = ("jku", "jwk", "x5u", "x5c", "crit", "b64")
_MANY = [f"Lead/{n}" for n in range(201)]

# Claim and a value of the wrong type, shape or size.
_WRONG: list[tuple[str, Any]] = [
    *(("exp", value) for value in ("1795000295", True, 10**400)),
    *(("iat", value) for value in ("now", [1])),
    ("nbf", "soon"),
    *(("jti", value) for value in ("", "x" * 129, 7)),
    *(("sub", value) for value in ("", "two\nlines", "half \ud800 a character", "x" * 256)),
    *(("name", value) for value in (["Zoë"], "x" * 201)),
    *(("locale", value) for value in ("de-DE; DROP", 7)),
    ("zoneinfo", "Europe/<b>"),
    *(("roles", value) for value in ("sales", [1], ["x"] * 51)),
    *(("fields", value) for value in ("all", ["x"] * 201)),
    *(("record", value) for value in ("17", 17, {"Lead": 17}, ["Lead/17", 18], _MANY)),
    *(("features", value) for value in ([], {"17": {}}, {"Lead/17": [1]}, {"Lead/17": {"a": {"b": 1}}})),
    *(("features", {"Lead/17": {"a": value}}) for value in ("x" * 4001, "\x00", 1e300)),
    ("features", {"Lead/17": {f"f{n}": 1 for n in range(201)}}),
]  # fmt: skip

ALL = [(host, case) for host in BUILDERS for case in CASES(host)]


def at_a_door(chosen: Iterable[tuple[str, Case]]) -> list[Any]:
    """Parameters for a test that brings each case through a whole server: of each host and reason the first.

    The others are in `make proof`. What each is refused for is in the host's own hands, where all are tested.
    """
    seen: set[tuple[str, str]] = set()
    made = []
    for host, case in chosen:
        key = host, case.reason.partition(":")[0]
        marks = pytest.mark.proof if key in seen else ()
        made.append(pytest.param(host, case, marks=marks, id=f"{host}: {case.name}"))
        seen.add(key)
    return made
