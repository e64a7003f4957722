"""Public keys that hosts publish (JWKS): remembered, renewed when one is unknown, kept when that fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from app.errors import AnswerRefused, Busy, HostUnavailable, OutboundError
from app.net.door import Caller, Request, Response
from app.net.permits import Permits

MAX_BYTES = 262_144
MAX_KEYS = 64
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


class KeySource(Protocol):
    """Where public keys come from."""

    def find(self, url: str, algorithm: str, kid: str | None) -> tuple[Key, ...]:
        """The keys of a set that this algorithm and key id mean; none when there are none.

        Raises HostUnavailable when the set could not be fetched and none is remembered, Busy when too many
        wait for the outside already.
        """


@dataclass(slots=True)
class _Shelf:
    """One remembered set."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    keys: tuple[Key, ...] = ()
    fetched_at: float = float("-inf")
    not_before: float = float("-inf")  # no further request until then


class KeySets:
    """The key source over the network."""

    def __init__(
        self, door: Caller, clock: Callable[[], float] = time.monotonic, permits: Permits | None = None
    ) -> None:
        self._door, self._clock = door, clock
        self._permits = permits or Permits()
        self._shelves: dict[str, _Shelf] = {}  # by URL: as many as connections name
        self._lock = threading.Lock()

    def find(self, url: str, algorithm: str, kid: str | None) -> tuple[Key, ...]:
        with self._lock:
            shelf = self._shelves.setdefault(url, _Shelf())
        if self._clock() - shelf.fetched_at >= REFRESH_S:
            # while one thread renews an old set, the others go on with it; without any set they must wait
            try:
                self._refresh(url, shelf, wait_s=0.0 if shelf.keys else WAIT_S)
            except Busy:
                if not shelf.keys:
                    raise
        found = _pick(shelf.keys, algorithm, kid)
        if not found and shelf.keys:
            self._refresh(url, shelf, wait_s=WAIT_S)
            found = _pick(shelf.keys, algorithm, kid)
        if not shelf.keys:
            pause = max(0.0, shelf.not_before - self._clock())
            raise HostUnavailable(reason="keys-unavailable", retry_after_s=pause or FAILURE_PAUSE_S)
        return found

    def _refresh(self, url: str, shelf: _Shelf, wait_s: float) -> None:
        """Fetch the set once, whoever asks; what was remembered stays when that fails.
        Who fetches and who waits for it holds a permit, so that an issuer that hangs cannot take every
        thread of ours. Raises Busy when there is none.
        """
        if self._clock() < shelf.not_before:
            return
        with self._permits.take():
            if not shelf.lock.acquire(timeout=wait_s):
                return
            try:
                self._fetch(url, shelf)
            finally:
                shelf.lock.release()

    def _fetch(self, url: str, shelf: _Shelf) -> None:
        if self._clock() < shelf.not_before:  # another thread was here first
            return
        try:
            shelf.keys = fetch(self._door.call, url)
            shelf.fetched_at = self._clock()
            shelf.not_before = self._clock() + COOL_DOWN_S
        except (OutboundError, AnswerRefused):
            shelf.not_before = self._clock() + FAILURE_PAUSE_S


def fetch(call: Callable[[Request], Response], url: str) -> tuple[Key, ...]:
    """Get the signature keys of a key set.

    https://www.rfc-editor.org/rfc/rfc7517#section-5
    """
    response = call(Request(method="GET", url=url, headers={"Accept": "application/json"}, max_bytes=MAX_BYTES))
    if response.status != 200:
        raise AnswerRefused(reason=f"keys-status-{response.status}")
    entries = response.json()
    entries = entries.get("keys") if isinstance(entries, dict) else None
    if not isinstance(entries, list):
        raise AnswerRefused(path="keys", reason="keys-shape")
    keys = tuple(key for entry in entries[:MAX_KEYS] if (key := _import(entry)))
    if not keys:
        raise AnswerRefused(path="keys", reason="keys-empty")
    return keys


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
