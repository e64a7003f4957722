"""How satisfied viewers say they are: of few answers only how many there were, since each would be somebody's.

The score is the field's own (CSAT): the share of answers that are 4 or 5, of 1 to 5.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.figures.names import SATISFACTION, SATISFACTION_ASKED, SATISFACTION_DECLINED
from app.figures.stored import Point

LEAST = 10  # answers, of which more is said than that they are there
NAMES = (*SATISFACTION, SATISFACTION_ASKED, SATISFACTION_DECLINED)


@dataclass(frozen=True, slots=True)
class Satisfied:
    """Of a connection, of a component, or of all."""

    counts: tuple[int, ...] = (0, 0, 0, 0, 0)  # of the answers 1 to 5; show `told`
    asked: int = 0
    declined: int = 0

    @classmethod
    def of(cls, points: Mapping[str, Point]) -> Satisfied:
        """From stored counts, by name."""
        counts = [points[name].count if name in points else 0 for name in NAMES]
        return cls(tuple(counts[:5]), *counts[5:])

    @classmethod
    def of_all(cls, parts: Collection[Satisfied]) -> Satisfied:
        """Together."""
        counts = tuple(sum(each.counts[n] for each in parts) for n in range(5))
        return cls(counts, sum(each.asked for each in parts), sum(each.declined for each in parts))

    @property
    def answers(self) -> int:
        """How many have answered."""
        return sum(self.counts)

    @property
    def told(self) -> tuple[int, ...] | None:
        """How many answers there were of each; None where they are too few."""
        return self.counts if self.answers >= LEAST else None

    @property
    def mean(self) -> float | None:
        """The mean answer, 1 to 5; None where too few have answered to tell."""
        return sum(n * count for n, count in enumerate(self.told, 1)) / self.answers if self.told else None

    @property
    def score(self) -> float | None:
        """The share of satisfied ones, 0 to 1."""
        return sum(self.told[3:]) / self.answers if self.told else None

    @property
    def response(self) -> float | None:
        """The share of those asked who answered; None where few were asked."""
        return self.answers / self.asked if self.asked >= LEAST else None
