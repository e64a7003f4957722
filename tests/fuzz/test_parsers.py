"""No parser of what comes from outside breaks: it answers a value of its kind, or refuses as it says it does; soon.

The same few inputs in every `make test`; in `make proof` new ones each time, for as many seconds as there are.
"""

from __future__ import annotations

import re
import resource
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.inputs import cut_off, rounds
from tests.fuzz.parsers import PARSERS, Parser

QUICK, QUICK_HEAVY = 25, 6
MOST_S, MOST_MB = 2.0, 300
PROOF_S = 80.0  # all parsers together
PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
ANY = settings(deadline=None, database=None, phases=PHASES, suppress_health_check=list(HealthCheck), print_blob=False)


def tried(parser: Parser, given_: Any) -> None:
    """One input, within its time."""
    begun = time.process_time()
    try:
        with cut_off(3 * MOST_S):
            made = parser.read(given_)
    except parser.refuses:
        pass
    else:
        assert parser.sound(made), f"{given_!r} became {made!r}"
    took = time.process_time() - begun
    assert took < MOST_S, f"{given_!r} took {took:.1f} s"


def all_of(parser: Parser, examples: int, start: int | None = None) -> None:
    """So many inputs; the same ones without `start`."""

    @settings(ANY, max_examples=examples, derandomize=start is None)
    @given(parser.inputs)
    def each(given_: Any) -> None:
        tried(parser, given_)

    (each if start is None else seed(start)(each))()


@pytest.mark.parametrize("name", PARSERS)
def test_a_few(name: str) -> None:
    parser = PARSERS[name]
    all_of(parser, QUICK_HEAVY if parser.heavy else QUICK)


def test_one_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.test_parsers.MOST_S", 0.02)
    endless = next(iter(PARSERS.values()))
    with pytest.raises(TimeoutError):
        tried(replace(endless, read=lambda _: re.search(r"(a+)+$", "a" * 60 + "b")), "")


@pytest.mark.proof
@pytest.mark.parametrize("name", PARSERS)
def test_many(name: str) -> None:
    parser, before_kb = PARSERS[name], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in rounds(PROOF_S / len(PARSERS)):
        all_of(parser, 20 if parser.heavy else 100, number)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    assert grown_mb < MOST_MB, f"{grown_mb:.0f} MB more than before"
