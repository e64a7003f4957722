"""How hosts are written to: what a record's fields hold, and putting other values there unless somebody was faster."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, Protocol

from app.config import ConnectionSettings
from app.errors import InlayError
from app.launch import Record
from app.net.door import Request, Response

Call = Callable[[Request], Response]  # the network door, or its twin

# Why a host does not take a write, as a word: each has a sentence for viewers and a mend.
Why = Literal["rule", "permission", "field", "value", "locked", "gone", "other"]
MAX_WORDS = 500  # of the host's own, which may be as long as it likes


class Changed(InlayError):
    """The record is not as it was read: somebody was faster, or it cannot be told yet that nobody was."""

    code, status, title, retryable = "record-changed", 409, "The record was changed meanwhile.", True


class WriteRefused(InlayError):
    """The host says no, and will say it again until somebody mends something. `words` are the host's own."""

    code, status, title = "write-refused", 422, "The host did not take what was to be written."

    def __init__(self, why: Why, words: str = "", *, fields: Sequence[str] = ()) -> None:
        super().__init__(reason=f"write-refused-{why}")
        self.why, self.words, self.fields = why, words_of(words), tuple(fields)


@dataclass(frozen=True, slots=True)
class Current:
    """What a record's fields hold, and what the host calls this state of it."""

    values: Mapping[str, Any]
    version: str


@dataclass(frozen=True, slots=True)
class FieldFinding:
    """What a host says of one field of a type of records. `problem` is empty where it can be written."""

    field: str
    problem: str = ""
    sure: bool = True  # False: the host cannot say whether it may be written


class ReadCurrent(Protocol):
    """These fields of a record and its version; None where the record is gone.

    Raises WriteRefused where a field is not there or not to be seen, HostUnavailable, SessionExpired.
    """

    def __call__(
        self, call: Call, connection: ConnectionSettings, token: str, record: Record, fields: Sequence[str], /
    ) -> Current | None: ...


class WriteFields(Protocol):
    """Put values into fields, if the record is still of this version. None empties a field.

    A host may keep them elsewhere than in the record itself (a row that belongs to it), as long as `read` finds them
    there. Raises Changed, WriteRefused, HostUnavailable, SessionExpired.
    """

    def __call__(
        self,
        call: Call,
        connection: ConnectionSettings,
        token: str,
        record: Record,
        values: Mapping[str, Any],
        version: str,
        /,
    ) -> None: ...


class CheckFields(Protocol):
    """What the host says of these fields of a type of records. Raises HostUnavailable, SessionExpired."""

    def __call__(
        self, call: Call, connection: ConnectionSettings, token: str, kind: str, fields: Sequence[str], /
    ) -> list[FieldFinding]: ...


@dataclass(frozen=True, slots=True)
class Writes:
    """How a host's records are written, always with the integration identity's token."""

    read: ReadCurrent
    write: WriteFields
    check: CheckFields


def words_of(text: str) -> str:
    """A host's words as one line of at most `MAX_WORDS` characters, without what steers a screen."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= MAX_WORDS else f"{line[: MAX_WORDS - 1]}…"


def alike(one: Any, other: Any) -> bool:
    """Whether two values are one to a person: hosts write numbers as texts, times in ways of their own, and nothing as
    null or as an empty text."""
    if one in (None, "") or other in (None, ""):
        return one in (None, "") and other in (None, "")
    if isinstance(one, bool) or isinstance(other, bool):
        return str(one).lower() == str(other).lower()
    first, second = _number(one), _number(other)
    if first is not None and second is not None:
        return math.isclose(first, second, abs_tol=1e-6)
    at, then = _moment(one), _moment(other)
    if at is not None and then is not None:
        if isinstance(at, datetime) and isinstance(then, datetime):
            return abs((at - then).total_seconds()) < 1  # some keep no fractions
        return _day(at) == _day(then)
    return str(one).strip() == str(other).strip()


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _moment(value: Any) -> datetime | date | None:
    text = str(value).strip()
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _day(at: datetime | date) -> date:
    return at.date() if isinstance(at, datetime) else at
