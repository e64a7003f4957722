"""HubSpot for the tests that all hosts share: a good launch, its bad ones, and what an admin answers and sees."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlencode

from app.config import ConnectionSettings, Secret
from app.hosts._request import SignedRequest, written
from app.launch import TokenType
from tests.hosts._mutations import Mutate, asked, raw, said
from tests.hosts._proofs import CLOCK, SECRET, Attempt, Builder

INLAY, PAGES = "https://inlay.example.com", "https://app.hubspot.com"
KEY = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
QUERY = ("component", "userId", "userEmail", "portalId", "appId")
SIGNATURE, TIMESTAMP = "x-hubspot-signature-v3", "x-hubspot-request-timestamp"


@dataclass(frozen=True)
class RequestBuilder(Builder):
    """A request as HubSpot sends it for a card. What is not in the query is in the body."""

    secret: str = KEY
    method: str = "POST"
    path: str = "/launch/hubspot"
    home: str = INLAY
    more: str = ""  # of the query, as it is
    at_ms: str = str(int(CLOCK * 1000) - 800)
    signs: Callable[[str], str] = str  # the address as it is signed

    def payload(self) -> bytes:
        body = {name: value for name, value in self.claims.items() if name not in QUERY}
        return json.dumps(body).encode() if self.spoiled is None else self.spoiled

    def proof(self, secret: str | None = None) -> str:
        query = urlencode({name: self.claims[name] for name in QUERY if name in self.claims})
        address = f"{self.home}{self.path}?{query}{self.more}"
        source = f"{self.method}{self.signs(address)}".encode() + self.payload() + self.at_ms.encode()
        made = base64.b64encode(hmac.new((secret or self.secret).encode(), source, hashlib.sha256).digest()).decode()
        body = self.payload().decode("utf-8", "replace")
        return written(SignedRequest(self.method, address, body, {SIGNATURE: made, TIMESTAMP: self.at_ms}))

    def by_stranger(self) -> str:
        return self.proof("zzzzzzzz-yyyy-yyyy-yyyy-yyyyyyyyyyyy")

    def altered(self) -> str:
        return self.proof().replace("Lead/17", "Lead/18")


def good() -> RequestBuilder:
    """A card asks for a record; HubSpot adds who asks, in which account, by which app."""
    claims = {
        "component": "score-badge",
        "userId": "76543",
        "userEmail": "zoe.müller@acme.example",
        "portalId": "62515",
        "appId": "54321",
        "record": "Lead/17",
        "locale": "de-de",
    }
    connection = ConnectionSettings(
        name="hubspot",
        host="hubspot",
        origins=(PAGES, INLAY),
        components=("score-badge", "score-card"),
        capabilities=("lead_score",),
        issuer="62515",
        audience="54321",
        secrets=(Secret(KEY),),
    )
    names = {"viewer": "userId", "origin": "origin", "record": "record", "issuer": "portalId"}
    attempt = Attempt("", records=("Lead/17",), origin=PAGES, kind=TokenType.SIGNED_REQUEST)
    return RequestBuilder("hubspot", connection, claims, names, "99999", attempt)


OTHERWISE = {
    "malformed base64 in the middle": "signature-wrong",  # it signs any text
    "the same bytes spelt otherwise": "malformed",
    "not UTF-8": "signature-wrong",
    "nothing said": "claim-missing:record",
    "another record asked for": "record-mismatch",
    "no record": "record-missing",
    "a viewer that is no text": "",  # all is text in an address
}


def as_(**changes: Any) -> Mutate:
    """The request is another one, and signed as it is."""
    return lambda builder: replace(builder, **changes).attempt()


def plainly(address: str) -> str:
    """The address as the vendor's page says that it is signed."""
    for letter in ":/?@!$'()*,;":
        address = address.replace(f"%{ord(letter):02X}", letter)
    return address


def lacking(name: str) -> Mutate:
    return lambda builder: builder.raw(json.dumps({k: v for k, v in json.loads(builder.proof()).items() if k != name}))


def header(name: str, value: str | None) -> Mutate:
    def mutate(builder: Any) -> Attempt:
        proof = json.loads(builder.proof())
        proof["headers"] = {key: text for key, text in proof["headers"].items() if key != name}
        return builder.raw(json.dumps(proof | {"headers": proof["headers"] | ({} if value is None else {name: value})}))

    return mutate


def _at(seconds: float) -> str:
    return str(int((CLOCK + seconds) * 1000))


def rows() -> list[tuple[str, Mutate, str]]:
    """What only a signed request can get wrong."""
    return [
        *((f"without {name}", said(**{name: None}), f"claim-missing:{name}") for name in _REQUIRED),
        *((f"{name} {n}", said(**{name: value}), f"claim-wrong:{name}") for n, (name, value) in enumerate(_WRONG)),
        # the signature
        ("the address signed with its letters written plainly", as_(signs=plainly), ""),
        ("a space and letters beyond ASCII", said(userEmail="zoë müller+1@acme.example"), ""),
        ("the address signed as if nothing had been encoded", as_(signs=unquote), "signature-wrong"),
        ("the signature without the time", as_(at_ms=""), "malformed"),
        ("no signature", header(SIGNATURE, None), "signature-wrong"),
        ("an empty signature", header(SIGNATURE, ""), "malformed"),
        ("a signature in hexadecimal", header(SIGNATURE, "ab" * 32), "signature-wrong"),
        ("no time", header(TIMESTAMP, None), "malformed"),
        ("another time under the same signature", header(TIMESTAMP, _at(-1)), "signature-wrong"),
        ("a time that is no number", as_(at_ms="now"), "malformed"),
        ("a time with a sign", as_(at_ms="-1"), "malformed"),
        *((f"without its {name}", lacking(name), "malformed") for name in ("method", "address", "body", "headers")),
        ("a part more", raw(lambda proof: proof[:-1] + ',"more":1}'), "malformed"),
        # where it went
        ("GET", as_(method="GET"), "audience-wrong"),
        ("an event of the same app", as_(path="/events/hubspot"), "audience-wrong"),
        ("another connection", as_(path="/launch/other"), "audience-wrong"),
        ("a path written otherwise", as_(path="/launch/%68ubspot"), "audience-wrong"),
        ("a path through another", as_(path="/launch/x/../hubspot"), "audience-wrong"),
        ("another server of the same app", as_(home="https://evil.example"), "audience-wrong"),
        ("a name before ours", as_(home="https://inlay.example.com@evil.example"), "audience-wrong"),
        # the card may add to the address, and HubSpot adds after it
        ("a viewer of the card's own choice", as_(more="&userId=1"), "duplicate-key"),
        ("an account of the card's own choice", as_(more="&portalId=1"), "duplicate-key"),
        ("a viewer in the body too", _both, "duplicate-key"),
        ("a part without a value", as_(more="&x"), "malformed"),
        ("an unknown part", as_(more="&x=1"), ""),
        # for whom and for what
        ("another app of the account", said(appId="1"), "audience-wrong"),
        ("an unlisted component", _unlisted, "component-unlisted"),
        ("another component asked for", asked(component="score-card"), "component-mismatch"),
        ("the browser says nothing", asked(origin=None), ""),
        # when
        ("five minutes old", as_(at_ms=_at(-300)), ""),
        ("older", as_(at_ms=_at(-301)), "expired"),
        ("a clock that is slightly ahead", as_(at_ms=_at(30)), ""),
        ("signed in the future", as_(at_ms=_at(31)), "not-yet-valid"),
        ("signed in seconds", as_(at_ms=str(int(CLOCK))), "expired"),
    ]  # fmt: skip


def _both(builder: Any) -> Attempt:
    return builder.text(b'{"record": "Lead/17", "userId": "1"}').attempt()


def _unlisted(builder: Any) -> Attempt:
    return builder.said("component", "admin").asked(component="admin").attempt()


_REQUIRED = ("portalId", "appId", "userId", "component", "record")
_WRONG: list[tuple[str, Any]] = [
    *(("userId", value) for value in ("", "0", "zoe", "1" * 21)),
    *(("userEmail", value) for value in ("two\nlines", "x" * 321)),
    *(("record", value) for value in ("17", 17, ["Lead/17"], {"Lead": 17})),
    *(("locale", value) for value in ("de-DE; DROP", 7)),
]

ANSWERS = {
    "issuer": "62515", "hosted": "na1", "open_records": "yes", "audience": "54321", "secret": SECRET,
    "client_secret": SECRET,
}  # fmt: skip
TYPED = 4
SCREENS = ("hs project upload", "Add cards")
