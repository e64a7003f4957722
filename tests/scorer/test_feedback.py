"""Feedback has its effect once: sent again, out of order, after it was retracted, and by many at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from app.scorer.feedback import Feedback
from app.scorer.http import create_core
from app.scorer.protocol_feedback import FEEDBACK
from tests.scorer.cards import card


def said(version: int, thread: str = "t1", **more: Any) -> dict[str, Any]:
    change = {"id": f"{thread}-{version}", "kind": "review", "thread": thread, "version": version}
    return change | {"verdict": "accepted"} | more


def test_the_same_change_is_heard_once_and_a_late_older_one_never_wins(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path / "feedback.db")
    assert feedback.take(said(2)) == "kept"
    assert feedback.take(said(2, verdict="dismissed")) == "known"
    assert feedback.take(said(1, verdict="overridden")) == "older"
    assert [(each["version"], each["verdict"]) for each in feedback.all()] == [(2, "accepted")]


def test_what_is_retracted_is_wiped_and_stays_so_whatever_comes_late(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path / "feedback.db")
    feedback.take(said(1, subject={"id": "Zebulon-7"}))
    gone = {"id": "x", "kind": "retraction", "thread": "t1", "version": 9}
    assert feedback.take(gone) == "retracted"
    assert feedback.take(gone) == "known"
    assert feedback.take(said(10)) == "retracted"
    assert feedback.take({**gone, "id": "y", "thread": "never-heard-of"}) == "retracted"
    assert feedback.take(said(1, "never-heard-of")) == "retracted"
    assert [*feedback.all()] == []


def test_many_who_send_the_same_at_once_are_one(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path / "feedback.db")
    with ThreadPoolExecutor(8) as threads:
        outcomes = [*threads.map(lambda n: Feedback(tmp_path / "feedback.db").take(said(1 + n % 2)), range(40))]
    assert outcomes.count("kept") <= 2
    assert [each["version"] for each in feedback.all()] == [2]


def test_the_file_is_bounded_and_the_oldest_go_first(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path / "feedback.db", most=3)
    for n in range(6):
        feedback.take(said(1, f"t{n}"))
    assert [each["thread"] for each in feedback.all()] == ["t3", "t4", "t5"]


def test_over_http_it_is_checked_and_a_core_without_a_file_says_so(tmp_path: Path) -> None:
    core = create_core({"demo": card()}, feedback=Feedback(tmp_path / "feedback.db")).test_client()
    answer = core.post("/v1/feedback", json=said(1))
    assert (answer.status_code, answer.get_json()) == (200, {"outcome": "kept"})
    FEEDBACK.check(answer.get_json(), "")
    assert core.post("/v1/feedback", json=said(0)).status_code == 422
    for version in (1.5, 1e300, 2**64):  # whole, and what its file can hold
        assert core.post("/v1/feedback", json=said(1) | {"version": version}).status_code == 422
    half = rb'{"id": "\ud800", "kind": "review", "thread": "t", "version": 1}'
    assert core.post("/v1/feedback", data=half, content_type="application/json").status_code == 422
    assert create_core({"demo": card()}).test_client().post("/v1/feedback", json=said(1)).status_code == 501
