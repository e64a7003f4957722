"""Maps between a core's JSON and ours, as data: three are shipped as files, and each part can be said otherwise in the
configuration. Reading one never guesses: what a map does not find is missing, and the strict reading says where.

What a request's expression is given of scores (`question`): `capability`, `purpose`, `model`, `output`,
`instructions`, `schema`, `fields` (their names), `features` (an object for each record, every field in it, null where
nothing is known), `rows` (the same as lists in the order of `fields`), `columns` (for each field its `name`, `data`,
`datatype` and `shape`, as a tensor has them), `shape` (of the rows) and `records` (`type`, `id`, `connection`).
Of an analysis (`document_question`): `capability`, `playbook`, `model`, `instructions`, `schema`, `document`.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from app.config import CoreSettings, Settings
from app.config.core import OWN
from app.config.expressions import Expression, compiled
from app.core.checks import finite
from app.errors import ConfigError, Problem

SHIPPED = Path(__file__).resolve().parent / "shipped"
SCORE, ANALYSIS = "score", "analysis"
_EXPRESSIONS = frozenset({"request", "response", "version", "version_at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """How one kind of question goes to a core, and how its answer comes back."""

    path: str
    request: Expression
    response: Expression
    version: Expression | None = None  # in each answer
    version_path: str = ""  # else there, by `version_at`
    version_at: Expression | None = None
    health_path: str = ""
    batch: int = 1  # records in one question
    meaning: str = "probability"
    instructions: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def fingerprint(self) -> str:
        """Names what it says: another word, another answer perhaps."""
        said = "\n".join(str(getattr(self, each.name)) for each in fields(self))
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def names() -> tuple[str, ...]:
    """The shipped ones."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def text_of(name: str) -> str:
    """A shipped map as it was written."""
    return (SHIPPED / f"{name}.toml").read_text("utf-8")


@cache
def shipped(name: str) -> Mapping[str, Map]:
    """A shipped map, by the kinds of questions that it has."""
    tree = tomllib.loads(text_of(name))
    whole = {key: value for key, value in tree.items() if key not in (SCORE, ANALYSIS, "title")}
    kinds = {kind: whole | tree[kind] for kind in (SCORE, ANALYSIS) if kind in tree}
    found: dict[str, Map] = {}
    for kind, said in kinds.items():
        values: dict[str, Any] = {key: compiled(each) if key in _EXPRESSIONS else each for key, each in said.items()}
        found[kind] = Map(**values)
    return found


def map_of(core: CoreSettings, kind: str) -> Map | None:
    """The map that this core is spoken to by, as configured; None where it has none for this kind."""
    if not core.is_mapped:
        return None
    if core.map == OWN:
        if core.request is None or core.response is None:
            return None
        found = Map(path=core.path, request=core.request, response=core.response)
    elif kind in shipped(core.map):
        found = shipped(core.map)[kind]
    else:
        return None
    said = {each.name: getattr(core, each.name) for each in fields(Map) if each.name != "schema"}
    return replace(found, **{name: value for name, value in said.items() if value})


def checked(settings: Settings) -> None:
    """Each mapped core can be asked what it is there for. Raises ConfigError."""
    wrong = [
        Problem(
            f"[cores.{core.name}]",
            f"map {core.map!r} has no {capability.kind}, which capability {capability.name} is.",
            f"Take another map, or map = {OWN!r} with request and response.",
        )
        for capability in settings.capabilities.values()
        for core in (settings.cores[name] for name in capability.cores)
        if core.is_mapped and map_of(core, capability.kind) is None
    ]
    if wrong:
        raise ConfigError(wrong)


def question(
    core: CoreSettings,
    known: Map,
    capability: str,
    declared: Sequence[str],
    items: Sequence[tuple[Mapping[str, str], Mapping[str, Any]]],
    purpose: str,
) -> dict[str, Any]:
    """What the request's expression of scores is given."""
    names = list(declared) or sorted({name for _, features in items for name in features})
    rows = [[finite(features.get(name)) for name in names] for _, features in items]
    return {
        "capability": capability,
        "purpose": purpose,
        "model": core.model,
        "output": core.output,
        "instructions": known.instructions,
        "schema": dict(known.schema),
        "fields": names,
        "features": [dict(zip(names, row, strict=True)) for row in rows],
        "rows": rows,
        "columns": [_column(name, [row[n] for row in rows]) for n, name in enumerate(names)],
        "shape": [len(rows), len(names)],
        "records": [dict(subject) for subject, _ in items],
    }


def document_question(
    core: CoreSettings, known: Map, capability: str, playbook: str, document: Mapping[str, Any]
) -> dict[str, Any]:
    """What the request's expression of an analysis is given."""
    return {
        "capability": capability,
        "playbook": playbook,
        "model": core.model,
        "instructions": known.instructions,
        "schema": dict(known.schema),
        "document": dict(document),
    }


def _column(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """One field of all records as a tensor. Numbers are FP64 whether or not they are whole: a column of the same
    field has one type in every question. Nothing known of a number is null, of a text the empty text."""
    there = [value for value in values if value is not None]
    if there and all(isinstance(value, bool) for value in there):
        kind, data = "BOOL", list(values)
    elif all(isinstance(value, int | float) for value in there):
        kind, data = "FP64", list(values)
    else:
        kind, data = "BYTES", ["" if value is None else str(value) for value in values]
    return {"name": name, "datatype": kind, "shape": [len(data), 1], "data": data}
