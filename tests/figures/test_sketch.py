"""A sketch's quantiles are within one percent, also of many sketches that were merged."""

from __future__ import annotations

import random

import pytest

from app.figures.sketch import ACCURACY, LEAST, Sketch

SHARES = (0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0)


@pytest.mark.parametrize("kind", ["log-normal", "uniform", "two humps", "constant"])
def test_quantiles_are_within_one_percent(kind: str) -> None:
    chance = random.Random(7)
    numbers = {
        "log-normal": [chance.lognormvariate(-4, 1.5) for _ in range(5_000)],
        "uniform": [chance.uniform(0.001, 10) for _ in range(5_000)],
        "two humps": [chance.choice((0.002, 2.0)) * chance.uniform(0.9, 1.1) for _ in range(5_000)],
        "constant": [0.15] * 100,
    }[kind]
    parts = [Sketch() for _ in range(4)]  # as of four processes
    for n, number in enumerate(numbers):
        parts[n % 4].add(number)
    whole = Sketch()
    for part in parts:
        whole.merge(Sketch.read(part.write()))
    numbers.sort()
    assert whole.count == len(numbers)
    for share in SHARES:
        exact = numbers[int(share * (len(numbers) - 1))]
        assert whole.quantile(share) == pytest.approx(exact, rel=ACCURACY + 1e-9)


def test_nothing_has_no_quantile() -> None:
    assert Sketch().quantile(0.5) is None
    assert Sketch.read(Sketch().write()).count == 0


def test_zero_counts_as_the_least() -> None:
    sketch = Sketch()
    sketch.add(0.0)
    assert sketch.quantile(0.5) == pytest.approx(LEAST, rel=ACCURACY)


def test_a_sketch_of_very_many_is_small() -> None:
    chance, sketch = random.Random(7), Sketch()
    for _ in range(50_000):
        sketch.add(chance.lognormvariate(-4, 1), n=1_000)
    assert len(sketch.write()) < 4_000
