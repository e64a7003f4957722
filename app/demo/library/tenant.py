"""A directory tenant in small: publishes its keys, gives a page its viewer's token, and exchanges tokens.

What it says and refuses is written at https://learn.microsoft.com/entra/identity-platform/access-tokens and in
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from app.demo.library.people import Person, by_oid

TENANT = "7d0d3c1e-4b8e-4a57-9c0a-2f1c5e6b8a90"
APP = "3f9a6c74-0f5d-4f4b-8f6d-5f0f2f6f1c11"  # the registration of the server whose panels are embedded
SCOPE = "access_as_user"
# The apps of the vendor's that get tokens for their pages.
LIBRARY_PAGES = "08e18876-6177-487e-b8b5-cf950c1e598c"
OFFICE = "ea5a67f6-b6f3-4338-b240-c655ddc3cc8e"
TEAMS = "5e3ce6c0-2b1f-4285-8d4b-75ee78787346"
LIFE_S = 3900
_CODE_S = 60.0
_REFRESH = "refresh"  # the audience of a token that buys others here
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token of the API speaks for: a person, or the app itself (`person` is None)."""

    person: Person | None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Code:
    person: Person
    redirect_uri: str
    challenge: str
    nonce: str
    scope: str
    until: float


class RefusedError(Exception):
    """The token endpoint's refusal, as its answer."""

    def __init__(self, status: int, error: str, code: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.body = {"error": error, "error_codes": [code], "error_description": f"AADSTS{code}: {words}"}


class Tenant:
    """Signs with one RSA key. A page's token is handed out again until shortly before its end, as the vendor's is.

    Its tokens are for the library's API, and for `environment`, where there is one: another API, of the same people.
    """

    def __init__(self, key: RSAKey, origin: str, secret: str, environment: str = "") -> None:
        self._key, self._origin, self._secret = key, origin, secret
        self._apis = (origin, environment) if environment else (origin,)
        self._kid = key.thumbprint()
        self._codes: dict[str, _Code] = {}
        self._given: dict[tuple[str, str], tuple[str, float]] = {}

    @classmethod
    def load(cls, path: Path, origin: str, secret: str, environment: str = "") -> Tenant:
        """With the key of a PEM file. Raises OSError, ValueError."""
        return cls(_key(path.read_bytes()), origin, secret, environment)

    def discovery(self) -> dict[str, Any]:
        """As the directory's common endpoint answers, for all tenants:
        https://openid.net/specs/openid-connect-discovery-1_0.html
        """
        return {
            "issuer": f"{self._origin}/{{tenantid}}/v2.0",
            "jwks_uri": f"{self._origin}/common/discovery/v2.0/keys",
            "token_endpoint": f"{self._origin}/{TENANT}/oauth2/v2.0/token",
        }

    def keys(self) -> dict[str, Any]:
        """The public key, with the issuer that it is for, as Entra's own key sets have it."""
        public = self._key.as_dict(private=False)
        named = {"kid": self._kid, "use": "sig", "issuer": f"{self._origin}/{{tenantid}}/v2.0"}
        return {"keys": [{name: public[name] for name in ("kty", "n", "e")} | named]}

    def page_token(self, person: Person, client: str = LIBRARY_PAGES, now: float | None = None) -> str:
        """The viewer's access token for our app, as a page gets it from its token provider."""
        now = time.time() if now is None else now
        token, ends = self._given.get((person.key, client), ("", 0.0))
        if now > ends - 300:
            claims = {"aud": APP, "scp": SCOPE, "azp": client, "azpacr": "0", **self._about(person)}
            token, ends = self._sign(claims, now), now + LIFE_S
            self._given[person.key, client] = (token, ends)
        return token

    def exchange(self, form: Mapping[str, str], now: float | None = None) -> dict[str, Any]:
        """The token endpoint: on behalf of a viewer, or for the app itself. Raises RefusedError."""
        now = time.time() if now is None else now
        if form.get("client_id") != APP:
            raise RefusedError(400, "unauthorized_client", 700016, "The application was not found in the directory.")
        if not hmac.compare_digest(form.get("client_secret", "").encode(), self._secret.encode()):
            raise RefusedError(401, "invalid_client", 7000215, "Invalid client secret provided.")
        grant, scopes = form.get("grant_type"), form.get("scope", "").split()
        if grant in {"authorization_code", "refresh_token"}:
            return self._signed_in(form, now)
        api = self._api_of(scopes)
        if not api:
            raise RefusedError(400, "invalid_scope", 70011, "The provided value for the input parameter is not valid.")
        if grant == "client_credentials" and scopes == [f"{api}/.default"]:
            claims: dict[str, Any] = {"roles": ["Sites.Selected"] if api == self._origin else [], "idtyp": "app"}
        elif grant == _JWT_BEARER and form.get("requested_token_use") == "on_behalf_of":
            person = self._asserted(form.get("assertion", ""), now)
            claims = {"scp": " ".join(each.rsplit("/", 1)[1] for each in scopes), **self._about(person)}
        else:
            raise RefusedError(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
        token = self._sign({"aud": api, "azp": APP, "azpacr": "1", **claims}, now)
        return {"token_type": "Bearer", "access_token": token, "expires_in": LIFE_S - 1, "scope": " ".join(scopes)}

    def _api_of(self, scopes: Sequence[str]) -> str:
        """The one API whose scopes these all are; empty where there is none."""
        return next((api for api in self._apis if scopes and all(each.startswith(f"{api}/") for each in scopes)), "")

    def code(self, person: Person, redirect_uri: str, challenge: str, nonce: str, scope: str = "") -> str:
        """What the app may come for, once, within a minute, with the secret behind the challenge."""
        made = secrets.token_urlsafe(32)
        self._codes[made] = _Code(person, redirect_uri, challenge, nonce, scope, time.time() + _CODE_S)
        return made

    def _signed_in(self, form: Mapping[str, str], now: float) -> dict[str, Any]:
        nonce, scope = "", ""
        if form.get("grant_type") == "refresh_token":
            claims = self._read(form.get("refresh_token", ""), _REFRESH, now) or {}
            person, scope = by_oid(claims.get("oid")), str(claims.get("for", ""))
        else:
            known = self._redeemed(form, now)
            person, nonce, scope = (known.person, known.nonce, known.scope) if known else (None, "", "")
        if person is None:
            raise RefusedError(400, "invalid_grant", 70008, "The code or refresh token is over, or another one.")
        about = self._about(person)
        asked = [each for each in scope.split() if "/" in each] or [f"{self._origin}/Files.Read"]
        access = {"aud": self._api_of(asked), "scp": " ".join(each.rsplit("/", 1)[1] for each in asked)}
        given = {
            "token_type": "Bearer",
            "access_token": self._sign({"azp": APP, **access, **about}, now),
            "refresh_token": self._sign({"aud": _REFRESH, "oid": person.oid, "for": scope}, now),
            "expires_in": LIFE_S - 1,
        }
        return given | {"id_token": self._sign({"aud": APP, "nonce": nonce, **about}, now)}

    def _redeemed(self, form: Mapping[str, str], now: float) -> _Code | None:
        known = self._codes.pop(form.get("code", ""), None)
        if known is None or known.until < now or known.redirect_uri != form.get("redirect_uri"):
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return known if hmac.compare_digest(known.challenge, challenge) else None

    def bearer(self, token: str, now: float | None = None) -> Bearer | None:
        """Whom this token of the API speaks for; None when it is none, or dead."""
        claims = self._read(token, self._origin, time.time() if now is None else now)
        if claims is None:
            return None
        if claims.get("idtyp") == "app":
            return Bearer(None, tuple(claims.get("roles", ())))
        person = by_oid(claims.get("oid"))
        return Bearer(person) if person and "Files.Read" in str(claims.get("scp")).split() else None

    def _asserted(self, assertion: str, now: float) -> Person:
        claims = self._read(assertion, APP, now) or {}
        person = by_oid(claims.get("oid"))
        if person is None or claims.get("scp") != SCOPE:
            raise RefusedError(400, "invalid_grant", 500133, "Assertion is not within its valid time range.")
        return person

    def _read(self, token: str, audience: str, now: float) -> dict[str, Any] | None:
        try:
            claims = jwt.decode(token, self._key, algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            return None
        sound = claims.get("aud") == audience and claims.get("exp", 0) > now and claims.get("tid") == TENANT
        return claims if sound else None

    def _about(self, person: Person) -> dict[str, Any]:
        pairwise = hashlib.sha256(f"{person.oid}{APP}".encode()).hexdigest()[:43]
        return {"oid": person.oid, "sub": pairwise, "name": person.name, "preferred_username": person.email}

    def _sign(self, claims: Mapping[str, Any], now: float) -> str:
        issued = {"iss": f"{self._origin}/{TENANT}/v2.0", "tid": TENANT, "ver": "2.0", "uti": secrets.token_urlsafe(16)}
        times = {"iat": int(now) - 5, "nbf": int(now) - 5, "exp": int(now) + LIFE_S - 5}
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": self._kid}, {**issued, **times, **claims}, self._key)


@lru_cache(4)
def _key(pem: bytes) -> RSAKey:
    """Reading an RSA key is checking it, which takes longer than all else at a start."""
    return RSAKey.import_key(pem)
