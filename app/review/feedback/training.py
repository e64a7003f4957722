"""Decisions with what was said of them, to learn from: read page by page, in bounded memory.

What was erased is not among them, since nobody can open it. No viewer is named, and no viewer's words are told.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, func, select, tuple_, union

from app.audit.export import instant
from app.cells import BOM, cell
from app.config import Settings
from app.core.analyses import Analysis, fingerprint
from app.core.stored import Decided, StoredScores
from app.core.stored_analyses import StoredAnalyses
from app.db import Database
from app.db.reviews import Approval
from app.db.schema import scores
from app.db.schema_documents import readings, reviews
from app.db.schema_feedback import outcomes, thumbs
from app.review.change import SCORE

FORMS: Mapping[str, str] = {"csv": "text/csv; charset=utf-8; header=present", "jsonl": "application/jsonl"}
COLUMNS = (
    "decision", "connection", "capability", "record_type", "record_id", "decided_at", "score", "meaning", "confidence",
    "model", "model_version", "features", "factors", "finding", "verdict", "value", "severity", "reason", "reviewed_at",
    "thumbs_up", "thumbs_down", "outcome", "outcome_at",
)  # fmt: skip
PAGE = 200
_FINAL = (Approval.NONE, Approval.APPROVED)
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which decisions: of these connections (none: of all), of a capability, made within these times."""

    connections: Collection[str] = ()
    capability: str = ""
    since: float | None = None
    until: float | None = None
    unreviewed: bool = False  # also those of which nobody said anything

    def said(self) -> str:
        """For the audit."""
        told = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(told, sort_keys=True)


def regions_of(settings: Settings, names: Collection[str]) -> list[str]:
    """Where the data of these connections (none: of all) must stay. What stays in two places is never one file."""
    return sorted({settings.connections[each].region for each in names or settings.connections} - {""})


def sources(settings: Settings) -> dict[str, str]:
    """The connection that each one's records are read through."""
    return {name: each.records_from or name for name, each in settings.connections.items()}


class Training:
    """Reads the tables. Every method raises StoreUnavailable."""

    def __init__(
        self, database: Database, stored: StoredScores, analyses: StoredAnalyses, sources: Mapping[str, str]
    ) -> None:
        """`sources` name the connection that each one's records are read through, where that is another."""
        self._database, self._stored, self._analyses, self._sources = database, stored, analyses, sources

    def lines(self, asked: Asked) -> Iterator[Line]:
        """One for each score, then one for each finding that was reviewed; each with every column."""
        yield from self._of_scores(asked)
        yield from self._of_findings(asked)

    def _of_scores(self, asked: Asked) -> Iterator[Line]:
        after = ""
        while True:
            with self._database.read() as conn:
                ids = [str(each) for each in conn.execute(_decisions(asked, after)).scalars()]
                verdicts = {row.decision: row for row in conn.execute(_verdicts(ids))}
                counts = _counts(conn.execute(_thumbs(ids)))
            decided = {each: known for each, known in self._stored.decided(ids).items() if known.snapshot is not None}
            became = self._became(decided.values())
            for each in ids:
                if (known := decided.get(each)) is not None:
                    yield _line(_score(known), verdicts.get(each), counts[each]) | _outcome(known, became.get(each))
            if len(ids) < PAGE:
                return
            after = ids[-1]

    def _became(self, decided: Collection[Decided]) -> dict[str, Row[Any]]:
        """By decision: what its record came to, as far as a host told."""
        c = outcomes.c
        keys = {each.stored.decision: each.stored.key for each in decided}
        places = {
            decision: (self._sources.get(key.connection, key.connection), key.record.type, key.record.id)
            for decision, key in keys.items()
        }
        names, ids = ({place[n] for place in places.values()} for n in (0, 2))
        told = select(outcomes).where(c.connection.in_(names), c.record_id.in_(ids))
        with self._database.read() as conn:
            rows = {(row.connection, row.record_type, row.record_id): row for row in conn.execute(told)}
        return {decision: rows[place] for decision, place in places.items() if place in rows}

    def _of_findings(self, asked: Asked) -> Iterator[Line]:
        after: tuple[Any, ...] = ("",) * len(_KEY)
        while True:
            with self._database.read() as conn:
                rows = conn.execute(_findings(asked, after)).all()
                counts = _counts(conn.execute(_thumbs([row.decision for row in rows])))
            for row in rows:
                kept = self._analyses.get(row.analysis)
                if kept is not None and (finding := _named(kept.analysis, row.item)) is not None:
                    decided_at, model = instant(kept.stored_at), kept.analysis.model
                    known = {
                        "decision": row.decision, "connection": row.connection, "capability": row.capability,
                        "record_type": row.record_type, "record_id": row.record_id, "decided_at": decided_at,
                        "model": model.name, "model_version": model.version, "finding": finding,
                    }  # fmt: skip
                    yield _line(known, row, counts[row.decision])
            if len(rows) < PAGE:
                return
            after = tuple(getattr(rows[-1], column.name) for column in _KEY)


_KEY = tuple(reviews.primary_key.columns)


def written(lines: Iterable[Line], form: str) -> Iterator[str]:
    """The file's text in parts. Every cell of a CSV is text that no spreadsheet runs (RFC 4180)."""
    if form == "csv":
        yield BOM + _csv(COLUMNS)
    for line in lines:
        yield _csv(cell(_text(line[name])) for name in COLUMNS) if form == "csv" else f"{_json(line)}\n"


def _decisions(asked: Asked, after: str) -> Any:
    c = scores.c
    which = [c.id > after, c.erased_at.is_(None), *_within(c.connection, c.capability, c.created_at, asked)]
    if not asked.unreviewed:
        spoken = select(reviews.c.decision).where(reviews.c.item == SCORE, reviews.c.approval.in_(_FINAL))
        which.append(c.id.in_(union(spoken, select(thumbs.c.decision)).scalar_subquery()))
    return select(c.id).where(*which).order_by(c.id).limit(PAGE)


def _findings(asked: Asked, after: tuple[Any, ...]) -> Any:
    c, r = reviews.c, readings.c
    same = (r.connection == c.connection) & (r.record_type == c.record_type) & (r.record_id == c.record_id)
    query = select(reviews, r.analysis).join(readings, same & (r.capability == c.capability))
    final = (c.item != SCORE, c.approval.in_(_FINAL), r.analysis.is_not(None))
    of = _within(c.connection, c.capability, c.at, asked)
    return query.where(*final, *of, tuple_(*_KEY) > tuple_(*after)).order_by(*_KEY).limit(PAGE)


def _within(connection: Any, capability: Any, at: Any, asked: Asked) -> list[Any]:
    which = [connection.in_([*asked.connections])] if asked.connections else []
    which += [capability == asked.capability] if asked.capability else []
    which += [at >= asked.since] if asked.since is not None else []
    return which + ([at < asked.until] if asked.until is not None else [])


def _verdicts(ids: list[str]) -> Any:
    c = reviews.c
    return select(reviews).where(c.decision.in_(ids), c.item == SCORE, c.approval.in_(_FINAL))


def _thumbs(ids: list[str]) -> Any:
    c = thumbs.c
    return select(c.decision, c.thumb, func.count()).where(c.decision.in_(ids)).group_by(c.decision, c.thumb)


def _counts(rows: Iterable[Any]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: {"up": 0, "down": 0})
    for decision, thumb, count in rows:
        found[decision][thumb] = int(count)
    return found


def _score(known: Decided) -> dict[str, Any]:
    stored, score = known.stored, known.stored.score
    return {
        "decision": stored.decision,
        "connection": stored.key.connection,
        "capability": stored.key.capability,
        "record_type": stored.key.record.type,
        "record_id": stored.key.record.id,
        "decided_at": instant(stored.stored_at),
        "score": score.value,
        "meaning": str(score.meaning),
        "confidence": score.confidence,
        "model": score.model.name,
        "model_version": score.model.version,
        "features": known.snapshot,
        "factors": [asdict(factor) for factor in score.factors],
    }


def _outcome(known: Decided, became: Row[Any] | None) -> dict[str, Any]:
    """Only one that came after the decision: of what was known before nothing is to be learned."""
    if became is None or became.at < known.stored.stored_at:
        return {}
    return {"outcome": became.outcome, "outcome_at": instant(became.at)}


def _named(analysis: Analysis, item: str) -> Line | None:
    found = next((each for each in analysis.findings if fingerprint(each) == item), None)
    return asdict(found) if found is not None else None


def _line(known: Mapping[str, Any], said: Any, counts: Mapping[str, int]) -> dict[str, Any]:
    line: dict[str, Any] = dict.fromkeys(COLUMNS) | dict(known)
    if said is not None:
        line |= {
            "verdict": said.verdict, "value": said.value, "severity": said.severity or None,
            "reason": said.reason or None, "reviewed_at": instant(said.at),
        }  # fmt: skip
    return line | {"thumbs_up": counts["up"], "thumbs_down": counts["down"]}


def _text(value: Any) -> Any:
    return _json(value) if isinstance(value, dict | list) else "" if value is None else value


def _json(value: Any) -> str:
    """Half of a character, which a host's JSON may hold, stays an escape: no file could take it."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _csv(row: Iterable[Any]) -> str:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(row)
    return file.getvalue()
