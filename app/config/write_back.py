"""What is written back to a host's record: for each capability, which of its fields holds what.

    [connections.crm.write_back.lead_score]
    score = "AI_Score__c"              # the number that the core gave
    band = "AI_Band__c"                # its word: high, medium, low
    as_of = "AI_Scored_At__c"          # when it was computed, UTC
    verdict = "AI_Verdict__c"          # what a viewer said of it: accepted, overridden, dismissed
    override = "AI_Override__c"        # the number that a viewer put in its place
    reason = "AI_Override_Reason__c"   # why, as the word that was chosen
    at_least = 5                       # a score that moved by less is not written again

No other field of the host's is ever written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.config.kinds import FIELD, Kind, RefusedValueError, expect, integer

OF_SCORE = ("score", "band", "as_of")  # what the core said
OF_REVIEW = ("verdict", "override", "reason")  # what a viewer said
OF_ANALYSIS = frozenset({"band", "as_of", "verdict"})  # an analysis has a risk for its band, and no number
_AT_LEAST = integer(1, 100, 5)
_EXAMPLE = {"lead_score": {"score": "AI_Score__c", "verdict": "AI_Verdict__c"}}


@dataclass(frozen=True, slots=True)
class WriteBack:
    """Which field of the host holds what, for one capability."""

    fields: Mapping[str, str]  # what (`OF_SCORE`, `OF_REVIEW`) -> the host's name of the field
    at_least: int = 1  # points by which a score must move to be written again

    @property
    def names(self) -> tuple[str, ...]:
        """The only fields that are written, and the only ones that are read for it."""
        return tuple(self.fields.values())

    def of(self, what: tuple[str, ...]) -> dict[str, str]:
        """Those fields that hold these."""
        return {each: self.fields[each] for each in what if each in self.fields}

    def __hash__(self) -> int:
        return hash((tuple(self.fields.items()), self.at_least))


def _write_backs(raw: Any, folder: Path) -> Mapping[str, WriteBack]:
    expect(raw, dict, "a table", _EXAMPLE)
    found = {}
    for capability, each in raw.items():
        try:
            found[capability] = _write_back(each, folder)
        except RefusedValueError as wrong:
            raise RefusedValueError(f"{capability}: {wrong.what}", wrong.mend, (capability, *wrong.inner)) from None
    return MappingProxyType(found)


def _write_back(raw: Any, folder: Path) -> WriteBack:
    expect(raw, dict, "a table", _EXAMPLE["lead_score"])
    known = (*OF_SCORE, *OF_REVIEW, "at_least")
    unknown = [name for name in raw if name not in known]
    if unknown:
        raise RefusedValueError(
            f"there is nothing called {unknown[0]!r} to write.", f"Name some of {', '.join(known)}."
        )
    fields = {}
    for name in (each for each in known if each in raw and each != "at_least"):
        try:
            fields[name] = str(FIELD.read(raw[name], folder))
        except RefusedValueError as wrong:
            raise RefusedValueError(f"{name}: {wrong.what}", wrong.mend, (name,)) from None
    if not fields:
        raise RefusedValueError("names no field.", 'Name at least one: score = "AI_Score__c".')
    if len({name.lower() for name in fields.values()}) < len(fields):
        raise RefusedValueError("one field holds two things.", "Give each a field of its own.")
    return WriteBack(MappingProxyType(fields), int(_AT_LEAST.read(raw.get("at_least", 1), folder)))


WRITE_BACK = Kind(_EXAMPLE, _write_backs)
