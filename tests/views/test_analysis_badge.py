"""The badge's view: how much was found, how much of it is reviewed."""

from __future__ import annotations

from dataclasses import replace

from app.analysis.reading import Progress, Reading, Stage
from app.answer import Reviewed, State
from app.core.analyses import fingerprint
from app.db.reviews import Verdict
from tests.views.readings import ANALYSIS, READ, finding, shown

TAG = "analysis-badge"


def test_the_share_is_full_only_when_nothing_is_left() -> None:
    many = tuple(finding(str(number)) for number in range(200))
    seen = {fingerprint(each): Reviewed(fingerprint(each), Verdict.ACCEPTED) for each in many}
    reading = replace(READ, analysis=replace(ANALYSIS, findings=many), reviews=seen)
    assert shown(TAG, reading)["share"] == 100
    seen.popitem()
    params = shown(TAG, replace(reading, reviews=seen))
    assert (params["findings"], params["reviewed"], params["share"]) == (200, 199, 99)
    assert shown(TAG, replace(reading, analysis=replace(ANALYSIS, findings=())))["share"] == 0


def test_a_verdict_on_what_is_no_longer_found_does_not_count() -> None:
    assert shown(TAG, replace(READ, analysis=replace(ANALYSIS, findings=())))["reviewed"] == 0


def test_reading_is_told_in_shares_and_a_problem_as_one() -> None:
    assert shown(TAG, Reading(State.PENDING, "c", progress=Progress(Stage.READING, 1, 2, 0.4)))["progress"] == 0.4
    assert shown(TAG, Reading(State.PENDING, "c"))["progress"] is None
    assert shown(TAG, Reading(State.EMPTY, "c", problem="document-empty"))["problem"]
