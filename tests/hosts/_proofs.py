"""Good launches of every host from fixed keys and a fixed clock, and the changes that spoil them."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey, import_key
from joserfc.jws import JWSRegistry

from app.config import ConnectionSettings, Secret
from app.hosts import HOSTS
from app.hosts._keys import Discovery, _pick
from app.launch import LaunchRequest, Record, TokenType

LAUNCHES = Path(__file__).parent.parent / "launches"
GUEST = json.loads((LAUNCHES / "guest.json").read_text("utf-8"))
CANVAS = json.loads((LAUNCHES / "salesforce.json").read_text("utf-8"))
CLOCK = float(GUEST["clock"])


@dataclass(frozen=True)
class Attempt:
    """One launch as a client sends it."""

    proof: str
    component: str = "score-badge"
    records: tuple[str, ...] = ()
    origin: str | None = None
    now: float = CLOCK
    kind: TokenType = TokenType.JWT
    nonce: str = ""

    def request(self) -> LaunchRequest:
        """What a host is given."""
        records = tuple(Record.parse(each) for each in self.records)
        return LaunchRequest(self.proof, self.component, records, self.origin, self.now, nonce=self.nonce)

    def launch_form(self, host: str) -> dict[str, Any]:
        """The body of `POST /launch/<connection>?component=`; a token names no record, so the page does."""
        named = {} if host in ("salesforce", "guest") else {"record": list(self.records)}
        return {HOSTS[host].proof_field: self.proof} | named

    def session_form(self, connection: str) -> dict[str, Any]:
        """The body of `POST /session`."""
        return {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": self.proof,
            "subject_token_type": str(self.kind),
            "connection": connection,
            "component": self.component,
            "records": list(self.records),
        }


SECRET = "4D1C2B3A5E6F-of-the-host-0123456789"
TENANT, OTHER_TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "0d1e2f30-4152-4637-8495-a6b7c8d9eaf0"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
V1, V2 = "https://sts.windows.net/{tenantid}/", "https://login.microsoftonline.com/{tenantid}/v2.0"
OPENID = "/.well-known/openid-configuration"
# The RSA key again, under names that sets of many tenants give it: for all of them, or for one only.
TENANT_KEYS = {
    "rs-all": V2,
    "rs-ours": V2.replace("{tenantid}", TENANT),
    "rs-other": V2.replace("{tenantid}", OTHER_TENANT),
    "rs-personal": V2.replace("{tenantid}", PERSONAL),
}


@functools.cache
def _public(name: str) -> Key:
    """Read once: every world knows the same seven."""
    return import_key(published(name))


class FixedKeys:
    """A key source without a network: the public halves of the test keys."""

    def __init__(self, *names: str) -> None:
        self._keys = tuple(map(_public, names))

    def discover(self, url: str) -> Discovery:
        """What the directory says at its two addresses; any other issuer names itself."""
        issuer = url.removesuffix(OPENID)
        known = {"common": V1, "v2.0": V2}
        return Discovery(known.get(issuer.rpartition("/")[2], issuer), f"{issuer}/keys")

    def find(self, url: str, algorithm: str, kid: str | None) -> tuple[Key, ...]:
        return _pick(self._keys, algorithm, kid)


def published(name: str) -> dict[str, Any]:
    if name in TENANT_KEYS:
        return public(GUEST["keys"]["rs"]) | {"kid": name, "issuer": TENANT_KEYS[name]}
    return public(GUEST["keys"][name])


def public(key: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name not in {"d", "p", "q", "dp", "dq", "qi"}}


@dataclass(frozen=True)
class Builder:
    """A good launch of a host. Every method answers a changed copy; `attempt()` writes it down."""

    host: str
    connection: ConnectionSettings
    claims: dict[str, Any]
    names: Mapping[str, str]  # the host's path for what every launch says in some way
    other_issuer: str
    attempt_: Attempt = field(default_factory=lambda: Attempt(""))
    spoiled: bytes | None = None  # the JSON, when it is not just the claims

    keys = FixedKeys("ed", "es", "rs", *TENANT_KEYS)

    def said(self, name: str, value: Any) -> Any:
        """The claim (by its path, or by its common name) says something else; None takes it away."""
        *steps, last = self.names.get(name, name).split(".")
        claims = place = dict(self.claims)
        for step in steps:  # what is on the way there is another's too
            place[step] = place = dict(place.get(step, {}))
        if value is None:
            place.pop(last)
        else:
            place[last] = value
        return replace(self, claims=claims)

    def asked(self, **changes: Any) -> Any:
        """The request around the proof is another one."""
        return replace(self, attempt_=replace(self.attempt_, **changes))

    def text(self, written: bytes) -> Any:
        """The proof holds these bytes in place of its JSON, correctly signed."""
        return replace(self, spoiled=written)

    def payload(self) -> bytes:
        return json.dumps(self.claims).encode() if self.spoiled is None else self.spoiled

    def proof(self) -> str:
        raise NotImplementedError

    def by_stranger(self) -> str:
        """The same proof signed with a key that is not the connection's."""
        raise NotImplementedError

    def altered(self) -> str:
        """The proof with one character of what is signed changed afterwards."""
        raise NotImplementedError

    def attempt(self) -> Attempt:
        return replace(self.attempt_, proof=self.proof())

    def raw(self, proof: str) -> Attempt:
        return replace(self.attempt_, proof=proof)


def _other(letter: str) -> str:
    return "A" if letter != "A" else "B"


@dataclass(frozen=True)
class CanvasBuilder(Builder):
    secret: str = "4D1C2B3A5E6F"

    def proof(self, secret: str | None = None) -> str:
        payload = base64.b64encode(self.payload())
        digest = hmac.new((secret or self.secret).encode(), payload, hashlib.sha256).digest()
        return f"{base64.b64encode(digest).decode()}.{payload.decode()}"

    def by_stranger(self) -> str:
        return self.proof("4D1C2B3A5E6G")

    def altered(self) -> str:
        signature, _, payload = self.proof().partition(".")
        return f"{signature}.{payload[:100]}{_other(payload[100])}{payload[101:]}"


@dataclass(frozen=True)
class GuestBuilder(Builder):
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "EdDSA", "kid": "ed", "typ": "JWT"})
    key: OKPKey | ECKey | RSAKey | OctKey | None = None
    head: bytes | None = None  # the header's JSON, when it is not just the header

    def signed(self, algorithm: str, key: Any, **header: Any) -> GuestBuilder:
        """Signed in another way, and the header says so."""
        key = key if not isinstance(key, str) else private(key)
        return replace(self, key=key, header=self.header | {"alg": algorithm} | header)

    def headed(self, **header: Any) -> GuestBuilder:
        merged = self.header | header
        return replace(self, header={name: value for name, value in merged.items() if value is not None})

    def proof(self) -> str:
        head = json.dumps(self.header).encode() if self.head is None else self.head
        signed = f"{b64url(head)}.{b64url(self.payload())}"
        if self.header["alg"] == "none":
            return f"{signed}."
        algorithm = JWSRegistry.algorithms[self.header["alg"]]
        key = self.key or private("ed")
        return f"{signed}.{b64url(algorithm.sign(signed.encode(), key))}"

    def by_stranger(self) -> str:
        return self.signed("EdDSA", "other-tenant", kid="ed").proof()

    def altered(self) -> str:
        head, payload, signature = self.proof().split(".")
        return f"{head}.{payload[:100]}{_other(payload[100])}{payload[101:]}.{signature}"


@functools.cache
def private(name: str) -> Any:
    """A fixed key, read once: an RSA key is checked when it is first used, which takes longer than to sign."""
    return import_key(GUEST["keys"][name])


def rsa() -> Any:
    return private("rs")


_OWN = {"EdDSA": "ed", "ES256": "es", "RS256": "rs"}


def own_key(algorithm: str) -> Any:
    """The fixed key that good proofs are signed with by this algorithm."""
    return private(_OWN[algorithm])


@functools.cache
def stranger(algorithm: str) -> Any:
    """A key of the right kind that is nobody's."""
    if algorithm == "RS256":
        return RSAKey.generate_key(2048)
    return ECKey.generate_key("P-256") if algorithm == "ES256" else OKPKey.generate_key("Ed25519")


@dataclass(frozen=True)
class TokenBuilder(GuestBuilder):
    """A token that a directory, a provider or the host itself signs."""

    def by_stranger(self) -> str:
        algorithm = self.header["alg"]
        return self.signed(algorithm, stranger(algorithm)).proof()

    def v1(self) -> TokenBuilder:
        """The other version of the same access token."""
        renamed = {"azp": "appid", "azpacr": "appidacr", "preferred_username": "unique_name"}
        claims = {renamed.get(name, name): value for name, value in self.claims.items()}
        claims |= {"ver": "1.0", "iss": V1.replace("{tenantid}", TENANT), "upn": "zoe@contoso.example"}
        return replace(self, claims=claims).headed(kid="rs")


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def secrets(*values: str) -> tuple[Secret, ...]:
    return tuple(Secret(value) for value in values)


def canvas() -> CanvasBuilder:
    """A good signed request, after the captures of real ones."""
    vector = next(each for each in CANVAS["vectors"] if each["name"].startswith("B:"))
    claims = json.loads(base64.b64decode(vector["proof"].partition(".")[2]))
    claims["context"]["user"] |= {
        "locale": "de_DE",
        "timeZone": "Europe/Berlin",
        "userName": "zoe@acme.example",
    }
    claims["context"]["links"] = {"restUrl": "/services/data/v68.0/"}
    connection = ConnectionSettings(
        name="acme",
        host="salesforce",
        origins=tuple(CANVAS["origins"]),
        components=("score-badge", "score-card"),
        secrets=secrets("4D1C2B3A5E6F"),
        host_url=CANVAS["host_url"],
        issuer="00DAB0000000001EAA",
        capabilities=("lead_score",),
    )
    names = {
        "viewer": "context.user.userId",
        "origin": "client.targetOrigin",
        "record": "context.environment.parameters.recordId",
        "issuer": "context.organization.organizationId",
    }
    attempt = Attempt(
        "",
        records=("Lead/00QAB000003LeadAA2",),
        origin="https://acme.my.salesforce.com",
        kind=TokenType.SIGNED_REQUEST,
    )
    return CanvasBuilder("salesforce", connection, claims, names, "00DXY0000000002EAA", attempt)


def guest() -> GuestBuilder:
    """A good guest launch."""
    connection = ConnectionSettings(
        name="acme-pages",
        host="guest",
        origins=tuple(GUEST["origins"]),
        components=tuple(GUEST["components"]),
        issuer=GUEST["issuer"],
        audience=GUEST["audience"],
        algorithms=("EdDSA", "ES256", "RS256", "HS256"),
        jwks_url="https://app.acme.example/jwks.json",
        shared_keys={kid: Secret(value) for kid, value in GUEST["shared_keys"].items()},
        capabilities=("lead_score",),
    )
    names = {"viewer": "sub", "origin": "origin", "record": "record", "issuer": "iss"}
    attempt = Attempt("", records=("Lead/17",), origin=GUEST["origins"][0])
    return GuestBuilder("guest", connection, dict(GUEST["claims"]), names, "https://evil.example", attempt)


APP, APP_URI = "6e74172b-be56-4843-9ff4-e66a39bb12e3", "api://inlay.example.com/6e74172b-be56-4843-9ff4-e66a39bb12e3"
ZOE = "690222be-ff1a-4d56-abd1-7e4f7d38e474"
PAGE = "https://contoso.sharepoint.com"
DRIVE = "b!-RIj2DuyvEyV1T4NlOaMHk8XkS_I8MdFlUCq1BlcjgmhRfAj3-Z8RY2VpuvV_tpd"
DOCUMENT = f"driveItem/{DRIVE}:01BYE5RZ6QN3ZWBTUFOFD3GSPGOHDJD36K"
# Who asks for a token on a page of each host: an app of the vendor's.
CLIENTS = {
    "teams": "5e3ce6c0-2b1f-4285-8d4b-75ee78787346",
    "sharepoint": "08e18876-6177-487e-b8b5-cf950c1e598c",
    "office": "93d53678-613d-4013-afc1-62e9e444a0a5",
}


def entra(host: str) -> TokenBuilder:
    """A good access token of version 2, after the published samples."""
    claims = {
        "aio": "AYQAe/8XAAAAoHZ4b3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Rlc3Q=",
        "aud": APP,
        "iss": V2.replace("{tenantid}", TENANT),
        "iat": int(CLOCK) - 600,
        "nbf": int(CLOCK) - 600,
        "exp": int(CLOCK) + 3900,
        "azp": CLIENTS[host],
        "azpacr": "0",
        "name": "Zoë Müller",
        "oid": ZOE,
        "preferred_username": "zoe@contoso.example",
        "rh": "0.AXkAI_Cuj",
        "roles": ["Sales"],
        "scp": "User.Read access_as_user",
        "sub": "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ",
        "tid": TENANT,
        "uti": "fqiBqXLPj0eQa82S-IYFAA",
        "ver": "2.0",
    }
    connection = ConnectionSettings(
        name=host,
        host=host,
        origins=(PAGE, "https://contoso-my.sharepoint.com"),
        components=("score-badge", "score-card"),
        capabilities=("lead_score",),
        tenants=(TENANT,),
        client_id=APP,
        client_secret=Secret("client-secret-of-the-tests"),
        audience=APP_URI,
    )
    names = {"viewer": "oid", "origin": "origin", "record": "record", "issuer": "iss"}
    attempt = Attempt("", records=(DOCUMENT,), origin=PAGE, kind=TokenType.ACCESS_TOKEN)
    header = {"alg": "RS256", "kid": "rs-all", "typ": "JWT"}
    other = V2.replace("{tenantid}", OTHER_TENANT)
    return TokenBuilder(host, connection, claims, names, other, attempt, header=header, key=rsa())


PROVIDER, PAGES = "https://login.example.com/realms/acme", "https://intranet.example.com"


def oidc() -> TokenBuilder:
    """A good ID token."""
    claims = {
        "at_hash": "d" * 100,
        "iss": PROVIDER,
        "aud": "inlay",
        "azp": "inlay",
        "sub": "248289761001",
        "name": "Zoë Müller",
        "locale": "de-DE",
        "zoneinfo": "Europe/Berlin",
        "nonce": "n-0S6_WzA2Mj",
        "iat": int(CLOCK) - 60,
        "exp": int(CLOCK) + 3540,
        "typ": "ID",
    }
    connection = ConnectionSettings(
        name="oidc",
        host="oidc",
        origins=(PAGES,),
        components=("score-badge", "score-card"),
        capabilities=("lead_score",),
        issuer=PROVIDER,
        audience="inlay",
        algorithms=("RS256",),
        clients=("intranet",),
    )
    names = {"viewer": "sub", "origin": "origin", "record": "record", "issuer": "iss"}
    attempt = Attempt("", records=("Lead/17",), origin=PAGES, kind=TokenType.ID_TOKEN)
    header = {"alg": "RS256", "kid": "rs", "typ": "JWT"}
    return TokenBuilder("oidc", connection, claims, names, "https://evil.example", attempt, header=header, key=rsa())


# What the tests that all hosts share must know of a host: good launches, bad ones, answers. Of hosts that keep it in
# their own folder, found there, so that a new one is no line here.
DESCRIBED: dict[str, ModuleType] = {
    path.parent.name: importlib.import_module(f"tests.hosts.{path.parent.name}.described")
    for path in sorted(Path(__file__).parent.glob("*/described.py"))
}


def _described(host: str) -> Any:
    return DESCRIBED[host].good()


BUILDERS: dict[str, Callable[[], Any]] = {
    "salesforce": canvas,
    "guest": guest,
    **{host: functools.partial(entra, host) for host in CLIENTS},
    "oidc": oidc,
    **{host: functools.partial(_described, host) for host in DESCRIBED},
}
