"""Good sign-ins at every host, played without a network, and what spoils them.

A `Provider` is the host on the other side as one small thing that answers requests: it checks a code as a real one
does (its client, its address, its PKCE challenge), and each of its answers can be another one.
"""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc.jwk import Key

from app.config import ConnectionSettings, Secret
from app.hosts import HOSTS
from app.hosts._keys import Discovery
from app.hosts._oauth import drive
from app.hosts._sign_in import Attempt, HostTokens, SignedIn, SignIn
from app.net.door import Request, Response
from tests.hosts._door import answer
from tests.hosts._proofs import (
    APP,
    BUILDERS,
    CLIENTS,
    CLOCK,
    DESCRIBED,
    OPENID,
    TENANT_KEYS,
    FixedKeys,
    canvas,
    oidc,
)

ATTEMPT = Attempt("state-" + "s" * 37, "nonce-" + "n" * 37, "verifier-" + "v" * 34)
CLIENT, SECRET = "inlay-viewers", "sign-in-secret&="
INSTANCE, USER = "https://acme.service-now.example", "6816f79cc0a8016401c5a33be04be441"
# Hosts with one app for tokens and sign-ins, at one directory.
ENTRA = (*CLIENTS, *(host for host, each in DESCRIBED.items() if each.good().connection.tenants))
# Hosts whose own folder says what their address for viewers answers, and whom it means.
SIGN_IN_OF = {host: each.SUBJECT for host, each in DESCRIBED.items() if hasattr(each, "SIGNS_IN")}
ORG, VIEWER = "00DAB0000000001EAA", "005AB000001ZzZzYAK"


def redirect_uri(connection: ConnectionSettings) -> str:
    return f"https://inlay.example.com/oauth/{connection.name}/callback"


def servicenow() -> ConnectionSettings:
    return ConnectionSettings(
        name="helpdesk",
        host="servicenow",
        origins=(INSTANCE,),
        components=("score-badge", "score-card"),
        capabilities=("lead_score",),
        host_url=INSTANCE,
    )


def connection_of(host: str) -> ConnectionSettings:
    """A connection whose viewers can sign in."""
    made = {"salesforce": lambda: canvas().connection, "oidc": lambda: oidc().connection, "servicenow": servicenow}
    if host in ENTRA:
        return replace(BUILDERS[host]().connection, client_secret=Secret(SECRET))
    connection = made[host]() if host in made else BUILDERS[host]().connection
    return replace(connection, sign_in_client_id=CLIENT, sign_in_client_secret=Secret(SECRET))


@dataclass
class Keys(FixedKeys):
    """A key source that knows what the provider says of itself."""

    changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__("rs", *TENANT_KEYS)

    def discover(self, url: str) -> Discovery:
        issuer = url.removesuffix(OPENID)
        if issuer.startswith("https://login.microsoftonline.com"):
            return super().discover(url)
        found = Discovery(
            issuer,
            f"{issuer}/keys",
            authorization_url=f"{issuer}/authorize",
            token_url=f"{issuer}/token",
            revocation_url=f"{issuer}/revoke",
            userinfo_url=f"{issuer}/userinfo",
            secret_in_body=True,
            scopes=frozenset({"openid", "offline_access"}),
        )
        return replace(found, **self.changes)

    def find(self, url: str, algorithm: str, kid: str | None) -> tuple[Key, ...]:
        return super().find(url, algorithm, kid)


@dataclass
class Provider:
    """The other side. `code` was given for one challenge, client and address, and is good once."""

    host: str
    connection: ConnectionSettings
    keys: Keys = field(default_factory=Keys)
    code: str = "code-1"
    challenge: str = ""
    client: str = CLIENT
    redirect_uri: str = ""
    used: bool = False
    issuer: str = ""  # the parameter `iss` of its answer
    token: dict[str, Any] = field(default_factory=dict)  # changes of what the token endpoint says
    viewer: Any = None  # what its address for viewers says
    claims: dict[str, Any] = field(default_factory=dict)  # changes of the ID token
    by: Callable[[Any], Any] = lambda builder: builder  # who signs it
    answers: dict[str, Any] = field(default_factory=dict)  # end of a path -> a Response or an error, instead
    asked: list[Request] = field(default_factory=list)

    def call(self, request: Request) -> Response:
        self.asked.append(request)
        path = urlsplit(request.url).path
        for end, instead in self.answers.items():
            if path.endswith(end):
                if isinstance(instead, Exception):
                    raise instead
                return instead  # type: ignore[no-any-return]
        if path.endswith(("/token", "/oauth/tokens", "/oauth_token.do")):
            return self._token(request.form or {})
        if path.endswith(("/revoke", "/oauth_revoke_token.do")):
            return Response(200)
        assert request.headers["Authorization"] == "Bearer access-1"
        return answer(self.viewer)

    def _token(self, form: Mapping[str, str]) -> Response:
        if form["grant_type"] == "refresh_token":
            good = form["refresh_token"] == "refresh-1"
            return answer(self._said("2")) if good else answer({"error": "invalid_grant"}, 400)
        verifier = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        right = (
            form["code"] == self.code
            and form["redirect_uri"] == self.redirect_uri
            and form["client_id"] == self.client
            and form.get("client_secret") == SECRET
            and verifier.decode() == self.challenge
            and not self.used
        )
        self.used = self.used or right
        return answer(self._said("1")) if right else answer({"error": "invalid_grant"}, 400)

    def _said(self, number: str) -> dict[str, Any]:
        said: dict[str, Any] = {
            "access_token": f"access-{number}",
            "token_type": "Bearer",
            "refresh_token": f"refresh-{number}",
            "expires_in": 1800,
        }
        if self.host == "salesforce":
            org = self.connection.host_url
            said |= {"id": f"{org}/id/{ORG}/{VIEWER}", "instance_url": org, "issued_at": "1795000000000"}
            del said["expires_in"]
        if (self.host == "oidc" or self.host in ENTRA) and number == "1":
            said["id_token"] = self.id_token()
        return {name: value for name, value in (said | self.token).items() if value is not None}

    def id_token(self) -> str:
        builder = BUILDERS[self.host]()
        ours = {"aud": CLIENT, "azp": CLIENT} if self.host == "oidc" else {"scp": None, "azp": None}
        for name, value in (ours | {"nonce": ATTEMPT.nonce} | self.claims).items():
            if value is None and name not in builder.claims:
                continue
            builder = builder.said(name, value)
        return str(self.by(builder).proof())

    def refresh(self, tokens: HostTokens, now: float = CLOCK) -> HostTokens:
        return drive(self.slot.refresh(self.connection, tokens, self.keys, now), self.call)

    def revoke(self, tokens: HostTokens) -> None:
        drive(self.slot.revoke(self.connection, tokens, self.keys), self.call)

    @property
    def slot(self) -> SignIn:
        slot = HOSTS[self.host].sign_in
        assert slot is not None
        return slot

    def begin(self, attempt: Attempt = ATTEMPT) -> dict[str, str]:
        """The browser comes: the address that it was sent to, as its parts; the code is for what it says."""
        url = drive(self.slot.begin(self.connection, attempt, redirect_uri(self.connection), self.keys), self.call)
        parts = urlsplit(url)
        said = dict(parse_qsl(parts.query, strict_parsing=True))
        assert all(len(values) == 1 for values in parse_qs(parts.query).values())
        self.challenge, self.client, self.redirect_uri = (
            said["code_challenge"],
            said["client_id"],
            said["redirect_uri"],
        )
        return said | {"": f"{parts.scheme}://{parts.netloc}{parts.path}"}

    def finish(self, attempt: Attempt = ATTEMPT, code: str = "code-1", now: float = CLOCK) -> SignedIn:
        """The browser comes back to us."""
        address = redirect_uri(self.connection)
        flow = self.slot.finish(self.connection, attempt, code, self.issuer, address, self.keys, now)
        return drive(flow, self.call)


def provider(host: str) -> Provider:
    """One whose viewer would be signed in, if nothing is changed."""
    viewers = {
        "salesforce": {
            "user_id": VIEWER,
            "organization_id": ORG,
            "name": "Zoë Müller",
            "locale": "de_DE",
            "zoneinfo": "Europe/Berlin",
        },
        "servicenow": {
            "result": [
                {
                    "sys_id": USER,
                    "user_name": "zoe",
                    "name": "Zoë Müller",
                    "preferred_language": "de",
                    "time_zone": "Europe/Berlin",
                }
            ]
        },
        "oidc": {"sub": "248289761001", "name": "Zoë Müller"},
    }
    client = APP if host in ENTRA else CLIENT
    said = DESCRIBED[host].SIGNS_IN if host in SIGN_IN_OF else viewers.get(host)
    return Provider(host, connection_of(host), client=client, viewer=copy.deepcopy(said))
