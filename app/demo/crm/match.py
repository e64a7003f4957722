"""Which column carries which feature: the same name, written in any way, or a known other name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# feature of a scorecard (plain) -> how a CRM calls it (plain)
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "companysize": ("numberofemployees", "employees", "headcount"),
    "seniority": ("joblevel", "title", "jobtitle", "position"),
    "source": ("leadsource",),
    "lastactivitydays": ("dayssinceactivity", "dayssincelastactivity"),
    "meetings": ("meetingsheld",),
    "emailopens": ("emailsopened", "opens"),
    "sitevisits": ("websitevisits", "totalvisits", "visits"),
    "demorequested": ("demorequest", "askedforademo"),
}


@dataclass(frozen=True, slots=True)
class Feature:
    """What the model reads, and where the CRM has it."""

    name: str
    kind: str
    doc: str
    column: str  # the column that carries it; empty when none does


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a table fits one capability."""

    capability: str
    title: str
    features: tuple[Feature, ...]
    bands: Mapping[str, float]

    @property
    def known(self) -> int:
        """How many features some column carries."""
        return sum(1 for feature in self.features if feature.column)

    @property
    def fields(self) -> dict[str, str]:
        """feature -> column, for those that are there."""
        return {feature.name: feature.column for feature in self.features if feature.column}


def plain(name: str) -> str:
    """A name without case, punctuation and the `__c` of custom fields."""
    return "".join(filter(str.isalnum, name.lower().removesuffix("__c")))


def fits(capabilities: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> list[Fit]:
    """Every capability with its fit, best first: most known columns, then the largest known share."""
    by_plain = {plain(column): column for column in columns}
    found = [
        Fit(
            str(each["name"]),
            str(each.get("title") or each["name"]),
            tuple(
                Feature(
                    field["name"],
                    str(field.get("type", "")),
                    str(field.get("doc", "")),
                    _column(field["name"], by_plain),
                )
                for field in each["fields"]
            ),
            each.get("bands") or {},
        )
        for each in capabilities
        if each.get("kind", "score") == "score"
    ]
    return sorted(found, key=lambda fit: (-fit.known, len(fit.features)))


def _column(feature: str, by_plain: Mapping[str, str]) -> str:
    names = (plain(feature), *_ALIASES.get(plain(feature), ()))
    return next((by_plain[name] for name in names if name in by_plain), "")
