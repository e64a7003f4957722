"""The sidebar's view: order, counts, verdicts by fingerprint, what changed; nothing of a denied document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.analysis.reading import Progress, Reading, Stage
from app.answer import Reviewed, State, WrittenBack
from app.core.analyses import Severity, fingerprint
from app.db.reviews import Approval, Verdict
from tests.views.readings import ANALYSIS, DOCUMENT, FIRST, GRAVE, NOW, READ, SECOND, finding, shown

TAG = "document-sidebar"


def test_the_gravest_come_first_after_the_viewers_word_then_as_in_the_document() -> None:
    params = shown(TAG, READ)
    assert [(f["title"], f["severity"], f["said"]) for f in params["findings"]] == [
        ("Finding c", "high", "high"),
        ("Finding a", "high", "medium"),  # page 9, after page 5
        ("Finding b", "medium", "medium"),
    ]
    assert params["counts"] == {"high": 2, "medium": 1, "low": 0, "info": 0}
    assert params["reviewed"] == 1


def test_a_verdict_is_found_by_the_words_that_it_is_about() -> None:
    moved = replace(FIRST, id="other", quote="Words\n a", page=40, title="Another title")  # another run, another layout
    params = shown(TAG, replace(READ, analysis=replace(ANALYSIS, findings=(moved, GRAVE))))
    assert [f["verdict"] for f in params["findings"]] == [None, "overridden"]
    assert params["findings"][1]["mine"]
    gone = replace(FIRST, quote="Other words")
    assert not shown(TAG, replace(READ, analysis=replace(ANALYSIS, findings=(gone,))))["reviewed"]


def test_a_verdict_says_why_and_whose_it_is() -> None:
    review = Reviewed(fingerprint(FIRST), Verdict.DISMISSED, reason="other", comment="So", by="Jo")
    row = shown(TAG, replace(READ, reviews={review.item: review}))["findings"][2]
    assert (row["verdict"], row["reason"], row["comment"]) == ("dismissed", "other", "So")
    assert (row["by"], row["mine"]) == ("Jo", False)


def test_what_waits_for_a_second_person_changes_nothing_yet() -> None:
    review = Reviewed(fingerprint(FIRST), Verdict.OVERRIDDEN, severity="info", approval=Approval.WAITING)
    params = shown(TAG, replace(READ, reviews={review.item: review}))
    row = next(each for each in params["findings"] if each["id"] == review.item)
    assert (row["severity"], row["approval"], params["reviewed"]) == (FIRST.severity.value, "waiting", 0)
    approved = replace(review, approval=Approval.APPROVED)
    params = shown(TAG, replace(READ, reviews={review.item: approved}))
    row = next(each for each in params["findings"] if each["id"] == review.item)
    assert (row["severity"], params["reviewed"]) == ("info", 1)


def test_what_says_the_same_of_the_same_words_is_one_finding() -> None:
    twice = replace(ANALYSIS, findings=(FIRST, replace(FIRST, id="again", start=90), SECOND))
    params = shown(TAG, replace(READ, analysis=twice))
    assert len({f["id"] for f in params["findings"]}) == len(params["findings"]) == 2


def test_what_is_new_and_gone_is_told_of_the_version_that_is_shown_only() -> None:
    params = shown(TAG, READ)
    assert [f["title"] for f in params["findings"] if f["new"]] == ["Finding b"]
    assert (params["added"], params["gone"], params["standing"]) == (1, ["Old one"], 2)
    older = shown(TAG, replace(READ, state=State.STALE, older=True))
    assert (older["added"], older["gone"], any(f["new"] for f in older["findings"])) == (0, [], False)


def test_progress_is_told_while_something_is_read() -> None:
    progress = Progress(Stage.READING, 7, 21, 0.23)
    pending = shown(TAG, Reading(State.PENDING, "c", document=DOCUMENT, progress=progress))
    assert (pending["stage"], pending["done"], pending["total"], pending["share"]) == ("reading", 7, 21, 0.23)
    assert pending["name"] == "Contract.pdf"
    assert shown(TAG, replace(READ, state=State.STALE, older=True, progress=progress))["stage"] == "reading"
    assert shown(TAG, replace(READ, progress=progress))["stage"] is None
    opening = Reading(State.PENDING, "c", progress=Progress(Stage.READING, 0, 0, 0.0))
    assert shown(TAG, opening)["stage"] == "opening"


def test_a_file_that_cannot_be_read_says_why() -> None:
    refused = Reading(State.EMPTY, "c", document=DOCUMENT, problem="document-encrypted", sentence="Save a copy.")
    assert shown(TAG, refused)["problem"] == "document-encrypted"
    assert not shown(TAG, replace(READ, state=State.STALE, older=True, problem="document-encrypted"))["problem"]


def test_a_denied_document_has_no_name() -> None:
    params = shown(TAG, replace(READ, state=State.DENIED, reference="r1"))
    assert params["reference"] == "r1"
    assert not any(params[name] for name in ("name", "title", "web_url", "findings", "facts", "summary", "decision"))


@pytest.mark.parametrize("severity", list(Severity))
def test_every_severity_has_its_rank(severity: Severity) -> None:
    one = replace(ANALYSIS, findings=(finding("x", severity),))
    assert shown(TAG, replace(READ, analysis=one))["findings"][0]["rank"] == list(Severity).index(severity)


def test_what_is_too_long_is_cut_to_what_the_component_takes() -> None:
    long = replace(ANALYSIS, findings=(finding("x", title="t" * 999, quote="q" * 99_999),), summary="s" * 99_999)
    params = shown(TAG, replace(READ, analysis=long))
    assert (len(params["findings"][0]["title"]), len(params["summary"])) == (400, 4000)


def test_how_the_list_holds_the_verdicts_is_told_with_the_analysis_only() -> None:
    refused = WrittenBack("refused", "rule", NOW, "Locked until Monday.", ("AI_Verdict",))
    told = shown(TAG, replace(READ, write_back=refused))["write_back"]
    assert told == {"state": "refused", "why": "rule", "at": NOW, "words": "Locked until Monday."}
    assert shown(TAG, READ)["write_back"] is None
    assert shown(TAG, replace(READ, state=State.DENIED, write_back=refused))["write_back"] is None
