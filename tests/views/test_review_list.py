"""The worklist's view: what waits for this viewer and why, the most pressing first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.answer import Answer, Listing, Reviewed, Row, State
from app.db.reviews import Approval, Verdict
from app.launch import LISTED, Record
from app.views.review_list import kind_of
from tests.views.cast import NOW, READY, SCORE, shown

ACCEPTED = Reviewed("score", Verdict.ACCEPTED, of_value=84.6, version=3, at=NOW)


def said(value: float = 84.6, **of: Any) -> Answer:
    return replace(READY, score=replace(SCORE, value=value), review=replace(ACCEPTED, **of))


WAITING = {"approval": Approval.WAITING, "answerable": True}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (READY, "new"),
        (said(), ""),
        (said(84.1), ""),  # another score of the same number that is drawn
        (said(61.0), "again"),
        (said(**WAITING), "approve"),
        (said(61.0, **WAITING), "approve"),
        (said(approval=Approval.WAITING), ""),  # one's own
        (said(approval=Approval.DECLINED), "new"),
        (said(approval=Approval.APPROVED), ""),
    ],
)
def test_why_it_waits(answer: Answer, kind: str) -> None:
    assert kind_of(answer) == kind


def params(*answers: Answer) -> dict[str, Any]:
    rows = tuple(Row(Record("Lead", str(n)), answer, f"Lead {n}") for n, answer in enumerate(answers))
    return shown("review-list", Listing(State.READY, "lead_score", rows), record=LISTED)


def test_the_most_pressing_is_first() -> None:
    found = params(
        replace(READY, score=replace(SCORE, value=20)),
        READY,
        said(80.0),
        said(20.0),
        said(**WAITING, at=NOW),
        said(**WAITING, at=NOW - timedelta(days=2)),
    )
    assert [row["record"] for row in found["rows"]] == [f"Lead/{n}" for n in (5, 4, 3, 2, 1, 0)]
    assert found["counts"] == {"approve": 2, "again": 2, "new": 2}


def test_what_a_priority_rule_names_is_first_of_its_kind() -> None:
    records = [Record("Lead", str(n)) for n in range(4)]
    low = replace(READY, score=replace(SCORE, value=20))
    rows = (
        Row(records[0], READY), Row(records[1], low, priority=True), Row(records[2], said(20.0)),
        Row(records[3], said(80.0), priority=True),
    )  # fmt: skip
    found = shown("review-list", Listing(State.READY, "lead_score", rows), record=LISTED)["rows"]
    assert [(row["record"], row["priority"]) for row in found] == [
        ("Lead/3", True), ("Lead/2", False), ("Lead/1", True), ("Lead/0", False),
    ]  # fmt: skip


def test_what_may_be_taken_back_is_done_and_waits_no_more() -> None:
    found = params(said(mine=True, undo_until=NOW.timestamp() + 60), said(), Answer(State.PENDING, "lead_score"))
    assert (found["rows"], [row["record"] for row in found["done"]]) == ([], ["Lead/0"])
    assert (found["reviewed"], found["unscored"]) == (2, 1)
