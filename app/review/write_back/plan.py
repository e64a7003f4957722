"""What is to be written, told from what a record holds and what we know of it: pure, so that every case is a test.

A field is ours from our first write on. From then on only what we put there may be replaced: anything else was put
there by somebody, and is theirs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from app.answer import drawn
from app.config import WriteBack
from app.config.write_back import OF_REVIEW, OF_SCORE
from app.hosts._write import alike
from app.review.write_back.rows import GIVEN, UNDONE, Row

Values = Mapping[str, Any]  # by the host's names of fields
_TRIED = 8  # values of a field that are remembered until it is known which of them it holds


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered of a record's fields. Sealed, since it is of the record."""

    before: Values = field(default_factory=dict)  # what was there when a field became ours
    written: Values = field(default_factory=dict)  # what we wrote last
    trying: Mapping[str, list[Any]] = field(default_factory=dict)  # what we may have written since: the killed left it
    words: str = ""  # the host's, when it said no
    fields: tuple[str, ...] = ()  # those that it is about

    @classmethod
    def read(cls, text: bytes | None) -> Kept:
        """From what was written down; empty where nothing was."""
        told = json.loads(text) if text else {}
        return cls(**{**told, "fields": tuple(told.get("fields", ()))})

    def written_down(self) -> bytes:
        """As bytes, to be sealed."""
        return json.dumps(asdict(self), default=str).encode()


@dataclass(frozen=True, slots=True)
class Plan:
    """`goal` is what the fields are to hold, `write` the part of it that they do not hold yet; `taken` are fields that
    somebody else changed, and then nothing is to be written; `back` are fields that are ours no more afterwards, `left`
    those of them that somebody else has changed and that stay as they are."""

    goal: Values
    write: Values
    taken: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def before_it(self, kept: Kept, current: Values, *, forced: bool) -> Kept:
        """What to remember before the write: whoever comes after a kill must know it."""
        new = {
            name: current.get(name) for name in self.goal if name not in kept.before or (forced and name in self.write)
        }
        tried = {name: [*kept.trying.get(name, []), value][-_TRIED:] for name, value in self.write.items()}
        return replace(kept, before={**kept.before, **new}, trying={**kept.trying, **tried})

    def after_it(self, kept: Kept) -> Kept:
        """What to remember when the fields hold the goal."""
        written = {name: value for name, value in {**kept.written, **self.goal}.items() if name not in self.back}
        before = {name: value for name, value in kept.before.items() if name not in self.back}
        return Kept(before=before, written=written)


def planned(row: Row, fields: WriteBack, kept: Kept, current: Values) -> Plan:
    """What to do with a record that holds `current`."""
    goal = wanted(row, fields)
    back: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    if row.review == UNDONE:
        ours = {*kept.written, *kept.trying}
        back = tuple(name for name in fields.of(OF_REVIEW).values() if name in ours)
        left = tuple(name for name in back if not row.forced and not _is_ours(name, current.get(name), kept))
        goal |= {name: kept.before.get(name) for name in back if name not in left}
    write = {name: value for name, value in goal.items() if not alike(current.get(name), value)}
    taken = () if row.forced else tuple(name for name in write if not _is_ours(name, current.get(name), kept))
    return Plan(goal, {} if taken else write, taken, back, left)


def wanted(row: Row, fields: WriteBack) -> dict[str, Any]:
    """What the fields are to hold by the last score and the last review, where there is one of them."""
    found: dict[str, Any] = {}
    if row.as_of is not None:
        at = datetime.fromtimestamp(row.as_of, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        number = None if row.score is None else drawn(row.score)  # as the panel shows it
        said = {"score": number, "band": row.band or None, "as_of": at}
        found |= {name: said[what] for what, name in fields.of(OF_SCORE).items()}
    if row.review == GIVEN:
        override = None if row.override is None else _plain(row.override)
        viewer_said = {"verdict": row.verdict or None, "override": override, "reason": row.reason or None}
        found |= {name: viewer_said[what] for what, name in fields.of(OF_REVIEW).items()}
    return found


def _is_ours(name: str, now: Any, kept: Kept) -> bool:
    """Whether what a field holds now may be replaced: we wrote it, or it was there when we came."""
    ours = [*kept.trying.get(name, []), *([kept.written[name]] if name in kept.written else [])]
    if name not in kept.written and name in kept.before:
        ours.append(kept.before[name])
    return not ours or any(alike(now, each) for each in ours)


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number
