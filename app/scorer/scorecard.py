"""The scorecard: rows of points on a log-odds scale, and the exact effect of each row on one record's score.

Points say how much better or worse than the average record: 0 points is the average. `doubling` points
double the odds, and `baseline` is the score of a record with 0 points in every row. So a row's effect
is the score as it is, less the score as it would be if this row alone said "average"; nothing is
approximated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from app.scorer.features import Field, Reading

SHOWN_FACTORS = 8
SMALLEST_EFFECT = 0.05  # in points of the score; below it a reason is noise
PLACEHOLDER = re.compile(r"\{(\w+)\}")

Cell = tuple[str, ...]  # the group of each of a row's fields


@dataclass(frozen=True, slots=True)
class Row:
    """Points by group of one field, or by the groups of two."""

    fields: tuple[str, ...]
    label: str  # {field} stands for its group's word; empty for one field: the group's own label
    points: Mapping[Cell, float]
    reach: float = field(init=False)  # how far apart the best and the worst record are by this row

    def __post_init__(self) -> None:
        given = [0.0, *self.points.values()]
        object.__setattr__(self, "reach", max(given) - min(given))


class Effect(NamedTuple):
    """What one row of points did to a score: the reason, in words and in points."""

    label: str
    effect: float  # signed, in points of the 0..100 score
    detail: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A score of 0..100, how much of what it could rest on was known (0..1), and the reasons, the strongest first."""

    score: float
    confidence: float
    factors: tuple[Effect, ...]


BANDS: Mapping[str, float] = {"high": 70.0, "medium": 40.0, "low": 0.0}


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A model that can be read.

    `baseline` is the score, 0..100, of a record with 0 points, which is the average one; `doubling` points double the
    odds. An answer may be shown for `valid_for_s` seconds.
    """

    capability: str
    title: str
    meaning: str
    model: str
    version: str
    valid_for_s: float
    baseline: float
    doubling: float
    fields: Mapping[str, Field]
    rows: tuple[Row, ...]
    bands: Mapping[str, float] = field(default_factory=lambda: dict(BANDS))  # word -> its lowest score
    fitted: Mapping[str, Any] = field(default_factory=dict)
    _base: float = field(init=False, repr=False)  # the log-odds of the baseline
    _step: float = field(init=False, repr=False)  # the log-odds of one point
    _reach: float = field(init=False, repr=False)  # of all rows

    def __post_init__(self) -> None:
        object.__setattr__(self, "_base", math.log(self.baseline / (100 - self.baseline)))
        object.__setattr__(self, "_step", math.log(2) / self.doubling)
        object.__setattr__(self, "_reach", math.fsum(row.reach for row in self.rows))

    def read(self, features: Mapping[str, Any], today: date) -> dict[str, Reading]:
        """Every field of the card, read from a record; features that the card does not name are ignored."""
        return {name: spec.read(features.get(name), today) for name, spec in self.fields.items()}

    def missing(self, readings: Mapping[str, Reading]) -> tuple[str, ...]:
        """All fields of the card when not one of them is known (nothing can be said), else nothing."""
        return () if any(reading.known for reading in readings.values()) else tuple(self.fields)

    def cells(self, readings: Mapping[str, Reading]) -> list[Cell]:
        """Where each row finds the record."""
        return [tuple([readings[name].group for name in row.fields]) for row in self.rows]

    def points(self, cells: Sequence[Cell]) -> list[float]:
        """The points of each row; a cell that the card does not name says nothing: it is average."""
        return [row.points.get(cell, 0.0) for row, cell in zip(self.rows, cells, strict=True)]

    def link(self, points: float) -> float:
        """From points to the score: the logistic curve through `baseline`."""
        exponent = self._base + points * self._step
        # written so that neither end overflows, however many points a card gives
        if exponent >= 0:
            return 100 / (1 + math.exp(-exponent))
        return 100 * math.exp(exponent) / (1 + math.exp(exponent))

    def score(self, readings: Mapping[str, Reading]) -> Result:
        """The score of a record with its reasons, the strongest first."""
        cells = self.cells(readings)
        points = self.points(cells)
        total = math.fsum(points)
        score = self.link(total)
        effects = [
            (score - self.link(total - given), row, cell)
            for row, cell, given in zip(self.rows, cells, points, strict=True)
            if given
        ]
        told = [told for told in effects if abs(told[0]) >= SMALLEST_EFFECT]
        told.sort(key=lambda reason: -abs(reason[0]))
        factors = tuple(self._factor(row, cell, effect, readings) for effect, row, cell in told[:SHOWN_FACTORS])
        return Result(score=score, confidence=self.confidence(cells), factors=factors)

    def confidence(self, cells: Sequence[Cell]) -> float:
        """The share of what the card can tell that it could tell here: rows with points, by their reach."""
        decided = math.fsum(row.reach for row, cell in zip(self.rows, cells, strict=True) if cell in row.points)
        return decided / self._reach if self._reach else 0.0

    def _factor(self, row: Row, cell: Cell, effect: float, readings: Mapping[str, Reading]) -> Effect:
        groups = {name: self.fields[name].groups[group] for name, group in zip(row.fields, cell, strict=True)}
        label = row.label or groups[row.fields[0]].label
        if "{" in label:
            label = PLACEHOLDER.sub(lambda match: groups[match[1]].word, label)
        shown = [f"{self.fields[name].title}: {self.fields[name].shown(readings[name])}" for name in row.fields]
        return Effect(label[:1].upper() + label[1:], effect, ", ".join(shown), row.fields)
