"""Good launches of every host from fixed keys and a fixed clock, and the changes that spoil them."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey, import_key
from joserfc.jws import JWSRegistry

from app.config import ConnectionSettings, Secret
from app.hosts import HOSTS
from app.hosts._keys import _pick
from app.launch import LaunchRequest, Record

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

    def request(self) -> LaunchRequest:
        """What a host is given."""
        records = tuple(Record.parse(each) for each in self.records)
        return LaunchRequest(self.proof, self.component, records, self.origin, self.now)

    def launch_form(self, host: str) -> dict[str, str]:
        """The body of `POST /launch/<connection>?component=`."""
        return {HOSTS[host].proof_field: self.proof}

    def session_form(self, connection: str) -> dict[str, Any]:
        """The body of `POST /session`."""
        return {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": self.proof,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "connection": connection,
            "component": self.component,
            "records": list(self.records),
        }


class FixedKeys:
    """A key source without a network: the public halves of the test keys."""

    def __init__(self, *names: str) -> None:
        self._keys = tuple(import_key(public(GUEST["keys"][name])) for name in names)

    def find(self, url: str, algorithm: str, kid: str | None) -> tuple[Key, ...]:
        return _pick(self._keys, algorithm, kid)


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

    keys = FixedKeys("ed", "es", "rs")

    def said(self, name: str, value: Any) -> Any:
        """The claim (by its path, or by its common name) says something else; None takes it away."""
        claims = copy.deepcopy(self.claims)
        *steps, last = self.names.get(name, name).split(".")
        place = claims
        for step in steps:
            place = place.setdefault(step, {})
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
        key = key if not isinstance(key, str) else import_key(GUEST["keys"][key])
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
        key = self.key or import_key(GUEST["keys"]["ed"])
        return f"{signed}.{b64url(algorithm.sign(signed.encode(), key))}"

    def by_stranger(self) -> str:
        return self.signed("EdDSA", "other-tenant", kid="ed").proof()

    def altered(self) -> str:
        head, payload, signature = self.proof().split(".")
        return f"{head}.{payload[:100]}{_other(payload[100])}{payload[101:]}.{signature}"


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
    attempt = Attempt("", records=("Lead/00QAB000003LeadAA2",), origin="https://acme.my.salesforce.com")
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


BUILDERS = {"salesforce": canvas, "guest": guest}
