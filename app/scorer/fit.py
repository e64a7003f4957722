"""Fits the points of a scorecard to labelled rows by regularised logistic regression; needs the `fit` extra.

Every group of every field is a column, and so is every pair of groups of a two-field row: the penalty
then draws a pair that was rarely seen towards the sum of its two fields. Afterwards a field's own
column is folded into the first row that names it, and each row is centred on the rows it was fitted on,
so that 0 points is the average. The libraries are imported where they are used: serving must neither
need them nor wait for them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any

from app.scorer.features import OTHER, UNKNOWN, FeatureRefused
from app.scorer.quality import DataRefused, Rows, auc
from app.scorer.scorecard import Cell, Row, Scorecard

STRENGTHS = (
    0.03,
    0.1,
    0.3,
    1.0,
)  # tried by cross-validation on the fitted part; smaller draws harder to average
FOLDS = 5
DOUBLING = 20.0

Column = tuple[tuple[str, ...], Cell]  # the fields, and the group of each


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted scorecard, the strength that was chosen (`C`: the less, the simpler), and its AUC, 0..1."""

    card: Scorecard
    strength: float
    cross_validated_auc: float


def fit(draft: Scorecard, rows: Rows, today: date) -> Fit:
    """The draft with points, doubling and baseline; whatever points it had are not looked at."""
    groups = _groups(draft, rows, today)
    columns, matrix = _matrix(draft, groups)
    strength, best = _choose(matrix, rows.outcomes)
    model = _model(strength).fit(matrix, rows.outcomes)
    weights = dict(zip(columns, (float(weight) for weight in model.coef_[0]), strict=True))
    scale = DOUBLING / math.log(2)
    intercept, fitted = float(model.intercept_[0]), []
    for row, mains in zip(draft.rows, _mains(draft.rows), strict=True):
        cells = {cell: _weight(row, mains, cell, weights) for cell in _cells(draft, row, weights)}
        mean = sum(cells[tuple(record[name] for name in row.fields)] for record in groups) / len(groups)
        intercept += mean
        points = {cell: round((weight - mean) * scale, 1) for cell, weight in cells.items()}
        fitted.append(replace(row, points=points))
    baseline = round(100 / (1 + math.exp(-intercept)), 3)
    card = replace(draft, rows=tuple(fitted), doubling=DOUBLING, baseline=baseline)
    return Fit(card, strength, best)


def _groups(card: Scorecard, rows: Rows, today: date) -> list[dict[str, str]]:
    try:
        return [
            {name: reading.group for name, reading in card.read(features, today).items()} for features in rows.features
        ]
    except FeatureRefused as refused:
        raise DataRefused(f"a row to fit on: {refused.feature} {refused}.") from None


def _matrix(card: Scorecard, groups: Sequence[dict[str, str]]) -> tuple[list[Column], Any]:
    import numpy as np

    names = list(dict.fromkeys(name for row in card.rows for name in row.fields))
    terms = [(name,) for name in names] + [row.fields for row in card.rows if len(row.fields) == 2]
    index: dict[Column, int] = {}
    places = [
        [index.setdefault((term, tuple(record[name] for name in term)), len(index)) for term in terms]
        for record in groups
    ]
    matrix = np.zeros((len(groups), len(index)))
    for number, place in enumerate(places):
        matrix[number, place] = 1.0
    return list(index), matrix


def _model(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=1000)


def _choose(matrix: Any, outcomes: Sequence[bool]) -> tuple[float, float]:
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    tried = []
    for strength in STRENGTHS:
        chances = cross_val_predict(_model(strength), matrix, outcomes, cv=folds, method="predict_proba")[:, 1]
        tried.append((auc(chances.tolist(), outcomes), strength))
    best, strength = max(tried)
    return strength, best


def _mains(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    """Which fields' own columns each row takes over: rows of that field alone first, then the first pair."""
    owner: dict[str, int] = {}
    for number, row in sorted(enumerate(rows), key=lambda pair: len(pair[1].fields)):
        for name in row.fields:
            owner.setdefault(name, number)
    for number, row in enumerate(rows):
        yield tuple(name for name in row.fields if owner[name] == number)


def _cells(card: Scorecard, row: Row, weights: dict[Column, float]) -> list[Cell]:
    """All combinations of groups; unknown and other only where the rows had them, else they say nothing."""
    choices = []
    for name in row.fields:
        seen = [g for g in card.fields[name].groups if g not in (UNKNOWN, OTHER) or ((name,), (g,)) in weights]
        choices.append(seen)
    return list(product(*choices))


def _weight(row: Row, mains: tuple[str, ...], cell: Cell, weights: dict[Column, float]) -> float:
    own = [weights.get(((name,), (group,)), 0.0) for name, group in zip(row.fields, cell, strict=True) if name in mains]
    pair = [weights.get((row.fields, cell), 0.0)] if len(row.fields) == 2 else []
    return math.fsum(own + pair)
