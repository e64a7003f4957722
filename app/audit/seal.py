"""A seal: what stands in a batch of audit rows, in a chain, signed. Also what stands for rows that were purged.

A row's leaf is the SHA-256 of its stored values, so that a seal stands whatever keys the values need to be read. What
is signed is a body of JSON in one spelling; what is known of a seal beside its body is there to find it only.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from app.db.schema import audit
from app.errors import InlayError

COLUMNS = tuple(audit.c.keys())  # the first is the row's number
_LEAF_BYTES, _SEQ_BYTES = 16, 8  # of a listing; what is signed is a digest over whole leaves


class Signer(Protocol):
    """What signs seals; `publics` are the keys that are ours without anybody's word."""

    kid: str
    publics: Mapping[str, bytes]

    def sign(self, message: bytes) -> bytes:
        """The signature of our newest key."""

    def check(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the key of these public bytes signed exactly this."""

    def name(self, public: bytes) -> str:
        """How people name a public key."""


class SealUnreadable(InlayError):
    """A seal or a listing that we did not write like this."""

    code, title = "seal-unreadable", "A seal of the audit cannot be read."


@dataclass(frozen=True, slots=True)
class Seal:
    """Rows of one connection and family, in the order of their numbers, and the seal before them."""

    connection: str
    family: str
    number: int  # in its chain, from 1
    previous: str  # SHA-256 hex of the body before; "" for the first
    through: int  # all rows up to here were looked at
    count: int
    newest: float  # of the rows' times
    leaves: str  # SHA-256 hex over the rows' leaves
    listing: str  # SHA-256 hex of the listing
    sealed_at: float
    columns: tuple[str, ...] = COLUMNS

    @property
    def chain(self) -> tuple[str, str]:
        """The chain that it belongs to: connection and family."""
        return self.connection, self.family

    def body(self) -> str:
        """The bytes that are hashed and signed, spelled in one way only."""
        return spelled({"seal": 1, **asdict(self)})

    @classmethod
    def read(cls, body: str) -> Seal:
        """Raises SealUnreadable."""
        said = _read(body, "seal")
        try:
            return cls(**said | {"columns": tuple(said["columns"])})
        except (TypeError, KeyError) as error:
            raise SealUnreadable(reason="seal-malformed") from error


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The rows under a chain's seals from `number` to `last` were purged, because their time was over."""

    connection: str
    family: str
    number: int
    last: int
    rows: int
    before: float  # none of them was newer
    rule: str  # of the configuration
    by: str
    at: float

    def body(self) -> str:
        """The bytes that are hashed and signed, spelled in one way only."""
        return spelled({"tombstone": 1, **asdict(self)})

    @classmethod
    def read(cls, body: str) -> Tombstone:
        """Raises SealUnreadable."""
        try:
            return cls(**_read(body, "tombstone"))
        except TypeError as error:
            raise SealUnreadable(reason="tombstone-malformed") from error


def spelled(value: Mapping[str, Any]) -> str:
    """JSON in the one spelling that is hashed and signed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def hashed(body: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(body.encode()).hexdigest()


def signature(signer: Signer, body: str) -> str:
    """The signature of a body, in base64."""
    return base64.b64encode(signer.sign(body.encode())).decode()


def is_signed(signer: Signer, public: bytes | None, body: str, said: str) -> bool:
    """Whether `public` signed this body; None is nobody's key."""
    try:
        raw = base64.b64decode(said, validate=True)
    except ValueError:
        return False
    return public is not None and signer.check(public, body.encode(), raw)


def leaf(values: Sequence[Any]) -> bytes:
    """The digest of a row's values, in the order of its seal's columns."""
    return hashlib.sha256(json.dumps(list(values), separators=(",", ":"), default=_bytes).encode()).digest()


def leaf_of(values: Sequence[Any] | None, seal: Seal | None) -> bytes:
    """The leaf of a row as its seal counts columns; empty for a row that is not there."""
    if values is None:
        return b""
    if seal is None or seal.columns == COLUMNS:
        return leaf(values)
    return leaf([values[COLUMNS.index(name)] for name in seal.columns if name in COLUMNS])


def listed(leaves: Iterable[tuple[int, bytes]]) -> bytes:
    """A listing: each row's number, and the beginning of its leaf."""
    return b"".join(seq.to_bytes(_SEQ_BYTES, "big") + each[:_LEAF_BYTES] for seq, each in leaves)


def entries(listing: bytes) -> Iterator[tuple[int, bytes]]:
    """What a listing says: numbers, and beginnings of leaves. Raises SealUnreadable."""
    size = _SEQ_BYTES + _LEAF_BYTES
    if len(listing) % size:
        raise SealUnreadable(reason="listing-malformed")
    for at in range(0, len(listing), size):
        yield int.from_bytes(listing[at : at + _SEQ_BYTES], "big"), listing[at + _SEQ_BYTES : at + size]


def is_leaf(whole: bytes, said: bytes) -> bool:
    """Whether a hash begins with what was kept of it."""
    return whole.startswith(said)


def _read(body: str, kind: str) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SealUnreadable(reason=f"{kind}-malformed") from error
    if not isinstance(said, dict) or said.pop(kind, None) != 1:
        raise SealUnreadable(reason=f"{kind}-malformed")
    return said


def _bytes(value: Any) -> str:
    return "bytes:" + base64.b64encode(bytes(value)).decode()  # a database's own words for it differ
