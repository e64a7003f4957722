"""How good a scorecard is on labelled rows: reads a CSV, splits it always the same way, measures the AUC."""

from __future__ import annotations

import csv
import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.scorer.features import FeatureRefused
from app.scorer.scorecard import Scorecard

PARTS = ("held-out", "fitted", "all")


class DataRefused(ValueError):
    """A file of labelled rows that cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Where a file keeps its outcome and its ids, and what share of it no fit may see."""

    outcome: str
    positive: str
    id_column: str
    held_out_percent: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Labelled rows: what each knew, and whether the outcome came."""

    features: list[dict[str, str]]
    outcomes: list[bool]


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a scorecard is on rows; `auc` is the area under the ROC curve, 0..1: one half is chance."""

    rows: int
    positives: int
    auc: float
    mean_score: float  # beside the rate of the outcome it tells whether the scores are calibrated

    @property
    def rate(self) -> float:
        """The percentage of rows with the outcome."""
        return 100 * self.positives / self.rows


def is_held_out(row_id: str, percent: int) -> bool:
    """By the id alone: a row stays on its side whatever else the file holds, in whatever order."""
    number = int.from_bytes(hashlib.sha256(row_id.encode()).digest()[:8], "big")
    return number % 100 < percent


def read_rows(path: Path, labels: Labels, part: str) -> Rows:
    """The rows of a CSV (RFC 4180, in UTF-8) that are in a part: `all`, `held-out`, or else those to fit on.

    Raises DataRefused with the line, also when all rows have the same outcome, which measures nothing.
    """
    features: list[dict[str, str]] = []
    outcomes: list[bool] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            absent = {labels.outcome, labels.id_column} - set(reader.fieldnames or ())
            if absent:
                names = ", ".join(sorted(absent))
                raise DataRefused(f"{path.name}: has no column {names}. Name the columns with --outcome and --id.")
            for row in reader:
                if None in row or None in row.values():
                    raise DataRefused(f"{path.name}:{reader.line_num}: has more or fewer cells than the header.")
                held_out = is_held_out(row[labels.id_column], labels.held_out_percent)
                if part == "all" or held_out == (part == "held-out"):
                    features.append(row)
                    outcomes.append(row[labels.outcome] == labels.positive)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataRefused(f"{path.name}: cannot be read as UTF-8 CSV ({type(error).__name__}).") from None
    if len(set(outcomes)) < 2:
        wanted = f"{labels.outcome} = {labels.positive!r}"
        raise DataRefused(f"{path.name}: {len(outcomes)} rows in the part {part}, not both with and without {wanted}.")
    return Rows(features, outcomes)


def measure(card: Scorecard, rows: Rows, today: date) -> Quality:
    """Score every row; ages count to `today`. Raises DataRefused for a value that its field does not take."""
    scores = []
    for number, features in enumerate(rows.features, start=1):
        try:
            readings = card.read(features, today)
        except FeatureRefused as refused:
            raise DataRefused(f"row {number} of the part: {refused.feature} {refused}.") from None
        scores.append(card.link(sum(card.points(card.cells(readings)))))
    mean = sum(scores) / len(scores)
    return Quality(len(scores), sum(rows.outcomes), auc(scores, rows.outcomes), mean)


def auc(scores: Sequence[float], outcomes: Sequence[bool]) -> float:
    """The chance that a row with the outcome scores above one without it; a tie counts one half."""
    with_it = [score for score, outcome in zip(scores, outcomes, strict=True) if outcome]
    without = sorted(score for score, outcome in zip(scores, outcomes, strict=True) if not outcome)
    wins = sum(bisect_left(without, score) + bisect_right(without, score) for score in with_it)
    return wins / (2 * len(with_it) * len(without))
