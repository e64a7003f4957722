"""What a proof says: read strictly, and every claim declared in exactly one set of what becomes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from app.config import ConnectionSettings
from app.hosts._reasons import refused
from app.launch import LaunchRequest

# Neither has a place in a name or an id. Half surrogates cannot be stored, and NUL not in every database.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_MAX_REPORTED = 20  # names of unknown claims are the host's own text: bounded


@dataclass(frozen=True, slots=True)
class Context:
    """What a claim is checked against."""

    request: LaunchRequest
    connection: ConnectionSettings


# A check answers "" when the claim holds, else a code of the table of reasons.
Check = Callable[[Any, Context], str]


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """The five sets. A claim in none of them is unknown: reported by name, not fatal, and never read."""

    required: Mapping[str, Check] = field(default_factory=dict)  # must be there, and the check must hold
    required_unchecked: frozenset[str] = frozenset()  # must be there; nothing to compare it with
    optional: Mapping[str, Check] = field(default_factory=dict)  # when it is there, the check must hold
    already_verified: frozenset[str] = frozenset()  # checked by other code before this one
    ignored: frozenset[str] = frozenset()  # known, and of no use to us

    def __post_init__(self) -> None:
        names = [name for each in self._sets() for name in each]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"declared in more than one set: {', '.join(sorted(twice))}")

    @property
    def known(self) -> frozenset[str]:
        """Every claim that is declared, whatever becomes of it; of others it is only counted that they came."""
        return frozenset(name for each in self._sets() for name in each)

    def verify(self, claims: Mapping[str, Any], context: Context) -> tuple[str, ...]:
        """Hold the claims against the sets; answer the names of unknown ones. Raises LaunchRefused."""
        if not self.required:
            raise refused("no-checks")  # nothing to fail would otherwise mean that everything passes
        for name in (*self.required, *sorted(self.required_unchecked)):
            if name not in claims:
                raise refused("claim-missing", name)
        for name, check in (*self.required.items(), *self.optional.items()):
            reason = check(claims[name], context) if name in claims else ""
            if reason:
                raise refused(reason, name if reason == "claim-wrong" else "")
        unknown = sorted(_UNPRINTABLE.sub("?", name)[:64] for name in claims.keys() - self.known)
        return tuple(unknown[:_MAX_REPORTED])

    def _sets(self) -> Iterable[Iterable[str]]:
        return self.required, self.required_unchecked, self.optional, self.already_verified, self.ignored


def read_object(text: bytes) -> dict[str, Any]:
    """Read one JSON object, strictly: UTF-8, no name twice, no NaN. Raises LaunchRefused."""
    try:
        # `parse_constant` sees NaN and the infinities, which are no JSON but which Python would take
        found = json.loads(text.decode(), object_pairs_hook=_object, parse_constant=_malformed)
    except (ValueError, RecursionError) as error:
        raise refused("malformed") from error
    if not isinstance(found, dict):
        raise refused("malformed")
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise refused("duplicate-key")
    return found


def _malformed(_: str) -> NoReturn:
    raise refused("malformed")


def is_text(value: Any, longest: int, *, least: int = 1) -> bool:
    """One line of text that can be stored and shown."""
    return isinstance(value, str) and least <= len(value) <= longest and not _UNPRINTABLE.search(value)


def is_storable(value: str, longest: int) -> bool:
    """Text of any number of lines that every database takes."""
    return len(value) <= longest and not _UNSTORABLE.search(value)


def is_number(value: Any) -> bool:
    """A number that a float holds; JSON has longer ones, and 1e999 is infinity to Python."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18


def text(longest: int, *, least: int = 1) -> Check:
    """The check that a claim is one line of text."""
    return lambda value, _: "" if is_text(value, longest, least=least) else "claim-wrong"


def matching(pattern: str) -> Check:
    """The check that a claim is a text of this form."""
    form = re.compile(pattern)
    return lambda value, _: "" if isinstance(value, str) and form.fullmatch(value) else "claim-wrong"


def not_past(leeway_s: float) -> Check:
    """The check that a claim is a time which is not over yet."""

    def check(value: Any, context: Context) -> str:
        if not is_number(value):
            return "claim-wrong"
        return "" if context.request.now < value + leeway_s else "expired"

    return check


def not_ahead(leeway_s: float) -> Check:
    """The check that a claim is a time which has come."""

    def check(value: Any, context: Context) -> str:
        if not is_number(value):
            return "claim-wrong"
        return "" if value <= context.request.now + leeway_s else "not-yet-valid"

    return check


def table(value: Any, _: Context) -> str:
    """The check that a claim is a JSON object."""
    return "" if isinstance(value, dict) else "claim-wrong"
