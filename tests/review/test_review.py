"""Verdicts on findings: kept once for all viewers, in every later analysis in which the words stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.analysis.reading import Reading
from app.core.analyses import fingerprint
from app.db.erasing import Subject
from app.db.reviews import Verdict
from app.launch import Record
from app.review.said import ReviewGone, ReviewRefused, Said
from app.wiring import erasure
from tests.library import CONTRACT, COPY, NEXT, TEXT, File, Shelf, shelf

BEN = "11111111-aaaa-4bbb-8ccc-222222222222"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path, {CONTRACT: File(), COPY: File()}) as made:
        yield made


def law(reading: Reading) -> str:
    """The fingerprint of the finding that has a quote."""
    assert reading.analysis is not None
    return next(fingerprint(each) for each in reading.analysis.findings if each.quote)


def give(stage: Shelf, reading: Reading, verdict: str, viewer: str = "", **said: str) -> None:
    """As their panel sends it: with the version that it shows."""
    session = stage.session(viewer=viewer)
    form = {"decision": reading.decision, "item": law(reading), "verdict": verdict} | said
    if "version" not in form:
        standing = stage.read(session)[0].reviews.get(law(reading))
        form["version"] = str(standing.version if standing else 0)
    stage.world.parts.reviews.give(
        session, stage.connection(), "document-sidebar", Record.parse(CONTRACT), reading, Said.parse(form)
    )


def test_a_verdict_is_shown_to_all_and_says_whose_it_is(stage: Shelf) -> None:
    session = stage.session()
    [reading] = stage.analysed(session)
    give(stage, reading, "dismiss", reason="not-relevant", comment="We <b>agreed</b> on this.")
    [mine], [others] = stage.read(session), stage.read(stage.session(viewer=BEN))
    said, seen = mine.reviews[law(reading)], others.reviews[law(reading)]
    assert (said.verdict, said.reason, said.comment) == (
        Verdict.DISMISSED,
        "not-relevant",
        "We <b>agreed</b> on this.",
    )
    assert (said.by, said.mine, seen.by, seen.mine) == ("Zoë Müller", True, "Zoë Müller", False)


def test_the_last_verdict_holds_and_can_be_taken_back(stage: Shelf) -> None:
    session = stage.session()
    [reading] = stage.analysed(session)
    give(stage, reading, "accept")
    give(stage, reading, "override", viewer=BEN, severity="low")
    [now] = stage.read(session)
    review = now.reviews[law(reading)]
    assert (review.verdict, review.severity, review.mine) == (Verdict.OVERRIDDEN, "low", False)
    with pytest.raises(ReviewRefused):
        give(stage, reading, "undo")  # it is another's
    give(stage, reading, "undo", viewer=BEN)
    again = stage.read(session)[0].reviews[law(reading)]
    assert (again.verdict, again.severity, again.mine) == (Verdict.ACCEPTED, "", True)
    give(stage, reading, "undo")
    assert stage.read(session)[0].reviews == {}
    events = [row["verdict"] for row in stage.world.audited("review.given")]
    undone = [(row["viewer"] == BEN, row.get("restored")) for row in stage.world.audited("review.undone")]
    assert (events, undone) == (["accepted", "overridden"], [(False, "accepted"), (False, None)])


def test_it_survives_another_run_and_a_new_version_whose_words_still_stand(stage: Shelf) -> None:
    session = stage.session()
    [reading] = stage.analysed(session)
    give(stage, reading, "accept")
    stage.library.changed(CONTRACT, NEXT.replace(b"laws\nof", b"laws of"))
    stage.later()
    [now] = stage.analysed(session)
    assert now.decision != reading.decision
    assert {mark: each.verdict for mark, each in now.reviews.items()} == {law(reading): Verdict.ACCEPTED}
    stage.library.changed(CONTRACT, TEXT.replace(b"Delaware", b"Ohio"))
    stage.later()
    [other] = stage.analysed(session)
    assert law(other) not in other.reviews


def test_another_record_of_the_same_content_has_verdicts_of_its_own(stage: Shelf) -> None:
    session = stage.session(CONTRACT, COPY)
    one, _ = stage.analysed(session, CONTRACT, COPY)
    give(stage, one, "accept")
    assert [len(each.reviews) for each in stage.read(session, CONTRACT, COPY)] == [1, 0]


def test_what_is_not_there_cannot_be_reviewed(stage: Shelf) -> None:
    session = stage.session()
    [pending] = stage.read(session)
    with pytest.raises(ReviewGone):
        give_to(stage, pending, "0" * 24)
    stage.world.run_jobs()
    [reading] = stage.read(session)
    with pytest.raises(ReviewGone):
        give_to(stage, reading, "0" * 24)
    assert stage.world.audited("review.given") == []


def test_what_is_said_while_the_record_is_erased_is_not_kept(stage: Shelf) -> None:
    """The viewer's panel showed it a moment ago."""
    [reading] = stage.analysed(stage.session())
    assert reading.document is not None
    source, record = stage.connection().source, reading.document.record
    with erasure(stage.world.settings, stage.world.parts.database, stage.world.parts.audit, stage.world.clock) as it:
        it.erase(Subject(source, (source,), record.type, record.id))
    with pytest.raises(ReviewGone):
        give(stage, reading, "accept", version="0", comment="of somebody who is no more")
    with stage.world.parts.database.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM reviews").scalar_one() == 0


def give_to(stage: Shelf, reading: Reading, finding: str) -> None:
    said = Said.parse({"decision": "d", "item": finding, "verdict": "accept", "version": "0"})
    record = Record.parse(CONTRACT)
    stage.world.parts.reviews.give(stage.session(), stage.connection(), "document-sidebar", record, reading, said)


def test_nobodys_own_words_are_in_the_clear(stage: Shelf) -> None:
    [reading] = stage.analysed(stage.session())
    give(stage, reading, "dismiss", reason="other", comment="It quotes the laws of Delaware")
    with stage.world.parts.database.read() as conn:
        rows = [
            str(row)
            for table in ("reviews", "audit", "analyses", "readings", "jobs")
            for row in conn.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    assert not [row for row in rows if "Delaware" in row or "quotes" in row or "Services agreement" in row]
    assert not [row for row in rows if "Müller" in row]
