"""Views: what of an answer is shown. Every view hands over exactly the declared args, in type too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.analysis.reading import Reading
from app.answer import Answer, State
from app.house import read_house
from app.views import VIEWS
from tests.views.cast import READY, shown
from tests.views.readings import READ
from tests.views.readings import shown as read

ROOT = Path(__file__).parents[2]
CATALOG = read_house().catalog


SCORES = [tag for tag, view in VIEWS.items() if view.answers == "score"]
ANALYSES = [tag for tag, view in VIEWS.items() if view.answers == "analysis"]


STATES = [state for state in State if state is not State.OFF]  # what is off reaches no view


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("tag", SCORES)
def test_params_are_exactly_the_declared_args(tag: str, state: State) -> None:
    for answer in (
        replace(READY, state=state),
        Answer(state, "lead_score", missing=("Size",), reference="r1"),
    ):
        if answer.score is None and state in (State.READY, State.STALE):
            continue  # an answer in these states has a score
        params = shown(tag, answer)
        assert params.keys() == CATALOG[tag].args.keys()
        assert CATALOG[tag].check(params) == params


@pytest.mark.parametrize("state", [State.PENDING, State.UNAVAILABLE, State.DENIED, State.EMPTY])
@pytest.mark.parametrize("tag", SCORES)
def test_a_state_without_a_score_shows_nothing_of_one(tag: str, state: State) -> None:
    """Even when the answer carries one: what is not handed over cannot leak."""
    params = shown(tag, replace(READY, state=state))
    bare = shown(tag, Answer(state, "lead_score"))
    assert params == bare


def test_only_what_draws_a_trend_asks_for_one() -> None:
    assert {tag for tag, view in VIEWS.items() if view.history} == {"score-card"}
    assert {view.answers for view in VIEWS.values()} == {"score", "analysis"}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("tag", ANALYSES)
def test_params_of_a_document_are_exactly_the_declared_args(tag: str, state: State) -> None:
    for reading in (replace(READ, state=state), Reading(state, "contract_review", reference="r1")):
        if reading.analysis is None and state in (State.READY, State.STALE):
            continue  # a reading in these states has an analysis
        params = read(tag, reading)
        assert params.keys() == CATALOG[tag].args.keys()
        assert CATALOG[tag].check(params) == params


@pytest.mark.parametrize("state", [State.PENDING, State.UNAVAILABLE, State.DENIED, State.EMPTY])
@pytest.mark.parametrize("tag", ANALYSES)
def test_a_state_without_an_analysis_shows_nothing_of_one(tag: str, state: State) -> None:
    with_one, without = replace(READ, state=state), replace(READ, state=state, analysis=None, reviews={}, changes=None)
    assert read(tag, with_one) == read(tag, without)
