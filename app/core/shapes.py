"""What a scoring core answers, as frozen values; the strict parse from JSON is beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Meaning(StrEnum):
    """What the number of a score says."""

    PROBABILITY = "probability"  # percent chance
    PERCENTILE = "percentile"  # better than so many percent
    INDEX = "index"  # 0 worst, 100 best


@dataclass(frozen=True, slots=True)
class Factor:
    """One reason. `effect` is signed, in points of the score; `fields` are the features that it speaks of."""

    label: str
    effect: float
    detail: str = ""
    fields: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """Whether it raises the score (up) or lowers it (down)."""
        return "up" if self.effect >= 0 else "down"

    def members(self) -> dict[str, Any]:
        """As it is kept. By hand: `asdict` copies each value, which a batch of 100,000 scores feels."""
        return {"label": self.label, "effect": self.effect, "detail": self.detail, "fields": self.fields}


@dataclass(frozen=True, slots=True)
class Model:
    """Which model gave an answer: its name and version, as the core says them."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Score:
    """A core's answer for one record. `value` is 0..100; `valid_for_s` is how long the core stands by it."""

    value: float
    meaning: Meaning
    factors: tuple[Factor, ...]
    model: Model
    computed_at: datetime  # aware, UTC
    valid_for_s: float
    confidence: float | None = None  # 0..1
