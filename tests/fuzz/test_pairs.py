"""What is written is read as it was meant, whatever it is: of both ends that we have, and of ours with a host's.

The same few inputs in every `make test`; in `make proof` new ones each time.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, seed, settings

from tests.fuzz.inputs import rounds
from tests.fuzz.pairs import PAIRS, Pair
from tests.fuzz.test_parsers import ANY

QUICK, QUICK_HEAVY = 25, 6
PROOF_S = 20.0  # all pairs together


def all_of(pair: Pair, examples: int, start: int | None = None) -> None:
    """So many inputs; the same ones without `start`."""

    @settings(ANY, max_examples=examples, derandomize=start is None)
    @given(pair.inputs)
    def each(given_: Any) -> None:
        assert pair.read(pair.write(given_)) == pair.means(given_)

    (each if start is None else seed(start)(each))()


@pytest.mark.parametrize("name", PAIRS)
def test_a_few(name: str) -> None:
    all_of(PAIRS[name], QUICK_HEAVY if PAIRS[name].heavy else QUICK)


@pytest.mark.proof
@pytest.mark.parametrize("name", PAIRS)
def test_many(name: str) -> None:
    for number in rounds(PROOF_S / len(PAIRS)):
        all_of(PAIRS[name], 100, number)
