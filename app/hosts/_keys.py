"""Public keys that hosts publish (JWKS), and the documents that say where (discovery).

Both are remembered, renewed in time or when a key is unknown, and kept when that fails.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from app.errors import AnswerRefused, Busy, HostUnavailable, OutboundError
from app.net.door import Caller, Request, Response
from app.net.permits import Permits

MAX_BYTES = 262_144
MAX_KEYS = 64
MAX_URL = 2_000
RSA_DIGITS = range(342, 1367)  # of the modulus in base64: 2048 to 8192 bits; longer ones cost us the time
REFRESH_S = 3600.0  # a key that the host withdrew is out of use after so long
COOL_DOWN_S = 30.0  # unknown key ids are free to invent: they cost the host one request in so long
FAILURE_PAUSE_S = 5.0
WAIT_S = 1.0  # how long a launch waits for another's renewal of the same set

Fit = Callable[[Key], bool]

# One key type and curve for each algorithm: a key is never used for another one than it was made for.
ALGORITHMS: dict[str, Fit] = {
    "EdDSA": lambda key: isinstance(key, OKPKey) and key.curve_name == "Ed25519",
    "ES256": lambda key: isinstance(key, ECKey) and key.curve_name == "P-256",
    "RS256": lambda key: isinstance(key, RSAKey),
}


@dataclass(frozen=True, slots=True)
class Discovery:
    """What an issuer says of itself."""

    issuer: str  # as written there: the reader compares it, or fills in its template
    jwks_url: str
    authorization_url: str = ""  # empty, as the next ones: there is none
    token_url: str = ""
    revocation_url: str = ""
    userinfo_url: str = ""
    names_issuer: bool = False  # its answers to sign-ins say whose they are (RFC 9207)
    secret_in_body: bool = False  # where its token endpoint takes a secret; else in a header
    scopes: frozenset[str] = frozenset()  # those it cares to name


class KeySource(Protocol):
    """Where public keys come from."""

    def discover(self, url: str) -> Discovery:
        """The discovery document at this address. Raises HostUnavailable, Busy as `find` does."""

    def find(self, url: str, algorithm: str, kid: str | None) -> tuple[Key, ...]:
        """The keys of a set that this algorithm and key id mean; none when there are none.

        Raises HostUnavailable when the set could not be fetched and none is remembered, Busy when too many
        wait for the outside already.
        """


Call = Callable[[Request], Response]
Read = Callable[[Call, str], Any]


@dataclass(slots=True)
class _Shelf:
    """One remembered document."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    found: Any = None  # what was read of it; None until then
    fetched_at: float = float("-inf")
    not_before: float = float("-inf")  # no further request until then


class KeySets:
    """The key source over the network."""

    def __init__(
        self, door: Caller, clock: Callable[[], float] = time.monotonic, permits: Permits | None = None
    ) -> None:
        self._door, self._clock = door, clock
        self._permits = permits or Permits()
        self._shelves: dict[tuple[Read, str], _Shelf] = {}  # as many as connections name
        self._lock = threading.Lock()

    def find(self, url: str, algorithm: str, kid: str | None) -> tuple[Key, ...]:
        shelf = self._current(url, fetch)
        found = _pick(shelf.found or (), algorithm, kid)
        if not found and shelf.found:
            self._refresh(url, shelf, fetch, wait_s=WAIT_S)
            found = _pick(shelf.found, algorithm, kid)
        self._require(shelf, "keys-unavailable")
        return found

    def discover(self, url: str) -> Discovery:
        shelf = self._current(url, fetch_discovery)
        self._require(shelf, "discovery-unavailable")
        discovery: Discovery = shelf.found
        return discovery

    def _current(self, url: str, read: Read) -> _Shelf:
        with self._lock:
            shelf = self._shelves.setdefault((read, url), _Shelf())
        if self._clock() - shelf.fetched_at >= REFRESH_S:
            # while one thread renews an old one, the others go on with it; without any they must wait
            try:
                self._refresh(url, shelf, read, wait_s=0.0 if shelf.found else WAIT_S)
            except Busy:
                if not shelf.found:
                    raise
        return shelf

    def _require(self, shelf: _Shelf, reason: str) -> None:
        if not shelf.found:
            pause = max(0.0, shelf.not_before - self._clock())
            raise HostUnavailable(reason=reason, retry_after_s=pause or FAILURE_PAUSE_S)

    def _refresh(self, url: str, shelf: _Shelf, read: Read, wait_s: float) -> None:
        """Fetch the document once, whoever asks; what was remembered stays when that fails.
        Who fetches and who waits for it holds a permit, so that an issuer that hangs cannot take every
        thread of ours. Raises Busy when there is none.
        """
        if self._clock() < shelf.not_before:
            return
        with self._permits.take():
            if not shelf.lock.acquire(timeout=wait_s):
                return
            try:
                self._fetch(url, shelf, read)
            finally:
                shelf.lock.release()

    def _fetch(self, url: str, shelf: _Shelf, read: Read) -> None:
        if self._clock() < shelf.not_before:  # another thread was here first
            return
        try:
            shelf.found = read(self._door.call, url)
            shelf.fetched_at = self._clock()
            shelf.not_before = self._clock() + COOL_DOWN_S
        except (OutboundError, AnswerRefused):
            shelf.not_before = self._clock() + FAILURE_PAUSE_S


def fetch(call: Call, url: str) -> tuple[Key, ...]:
    """Get the signature keys of a key set.

    Raises AnswerRefused when there is no key in it that we know what to do with, OutboundError.

    https://www.rfc-editor.org/rfc/rfc7517#section-5
    """
    entries = _get(call, url, "keys")
    entries = entries.get("keys") if isinstance(entries, dict) else None
    if not isinstance(entries, list):
        raise AnswerRefused(path="keys", reason="keys-shape")
    keys = tuple(key for entry in entries[:MAX_KEYS] if (key := _import(entry)))
    if not keys:
        raise AnswerRefused(path="keys", reason="keys-empty")
    return keys


def fetch_discovery(call: Call, url: str) -> Discovery:
    """Get a discovery document.

    Raises AnswerRefused when an address in it is missing or less safe than the document's own, OutboundError.

    https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
    """
    document = _get(call, url, "discovery")
    issuer = document.get("issuer") if isinstance(document, dict) else None
    if not isinstance(issuer, str) or not 0 < len(issuer) <= MAX_URL:
        raise AnswerRefused(path="issuer", reason="discovery-shape")
    # what came over TLS must not lead to what anybody between could change
    schemes = {"https"} if urlsplit(url).scheme == "https" else {"https", "http"}

    def address(name: str) -> str:
        found = document.get(name)
        sound = isinstance(found, str) and len(found) <= MAX_URL and found.partition("://")[0] in schemes
        return str(found) if sound else ""

    keys = address("jwks_uri")
    if not keys:
        raise AnswerRefused(path="jwks_uri", reason="discovery-shape")
    return Discovery(
        issuer,
        keys,
        authorization_url=address("authorization_endpoint"),
        token_url=address("token_endpoint"),
        revocation_url=address("revocation_endpoint"),
        userinfo_url=address("userinfo_endpoint"),
        names_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        secret_in_body="client_secret_post" in _words(document, "token_endpoint_auth_methods_supported"),
        scopes=_words(document, "scopes_supported"),
    )


def _words(document: dict[str, Any], name: str) -> frozenset[str]:
    found = document.get(name)
    return frozenset(each for each in found if isinstance(each, str)) if isinstance(found, list) else frozenset()


def _get(call: Call, url: str, what: str) -> Any:
    response = call(Request(method="GET", url=url, headers={"Accept": "application/json"}, max_bytes=MAX_BYTES))
    if response.status != 200:
        raise AnswerRefused(reason=f"{what}-status-{response.status}")
    return response.json()


def _import(entry: Any) -> Key | None:
    """A key that we can use. Others are skipped: sets hold keys for other uses and of future kinds."""
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or "d" in entry:
        return None  # a set that shows a private key shows it to everybody: never trust that key
    operations = entry.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    if not _is_sound(entry):
        return None
    try:
        key = import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if any(fits(key) for fits in ALGORITHMS.values()) else None


def _is_sound(entry: dict[str, Any]) -> bool:
    """Of a public kind, and of a length that is neither weak nor a burden."""
    if entry.get("kty") == "RSA":
        modulus, exponent = entry.get("n"), entry.get("e")
        return isinstance(modulus, str) and len(modulus) in RSA_DIGITS and exponent == "AQAB"
    return entry.get("kty") in {"OKP", "EC"}


def _pick(keys: tuple[Key, ...], algorithm: str, kid: str | None) -> tuple[Key, ...]:
    fits = ALGORITHMS[algorithm]
    usable = tuple(key for key in keys if fits(key) and key.get("alg", algorithm) == algorithm)
    if kid is None:
        return usable if len(usable) == 1 else ()  # without a name there must be no choice
    return tuple(key for key in usable if key.get("kid") == kid)
