"""What becomes a wish: which scores and reviews, once for all that come before it is written."""

from __future__ import annotations

from pathlib import Path

from app.config import WriteBack
from app.core.analyses import fingerprint
from app.core.stored import OUTDATED
from app.db.epochs import announce
from app.db.reviews import Verdict
from app.keys.subjects import Sealing
from app.review.write_back import rows
from app.review.write_back.plan import Kept
from app.review.write_back.rows import CONFLICT, REFUSED, Place
from app.review.write_back.writer import ANNOUNCED
from tests.hosts._proofs import PAGE
from tests.library import CONTRACT, shelf
from tests.review.write_back.stage import Stage
from tests.viewing import person
from tests.world import LEAD, World


def jobs(stage: Stage) -> int:
    with stage.database.read() as conn:
        return int(conn.exec_driver_sql("SELECT count(*) FROM jobs WHERE kind = 'write_back'").scalar_one())


def wishes(stage: Stage) -> int:
    with stage.database.read() as conn:
        return int(conn.exec_driver_sql("SELECT coalesce(sum(version), 0) FROM write_backs").scalar_one())


def test_many_wishes_are_one_job_and_the_last_one_counts(stage: Stage) -> None:
    stage.overridden(20)
    stage.overridden(30)
    stage.scored(80)
    assert (wishes(stage), jobs(stage)) == (3, 1)
    stage.run()
    assert stage.door.writes == 1
    assert stage.holds("AI_Override__c", "AI_Score__c") == [30, 80]


def test_a_score_that_comes_after_a_review_does_not_hide_how_the_review_stands(stage: Stage) -> None:
    stage.overridden(20)
    stage.scored(80)
    assert stage.told is not None
    assert stage.told.state == "queued"
    stage.run()
    with stage.database.read() as conn:
        told = conn.exec_driver_sql("SELECT count(*) FROM changes WHERE kind = 'write-back'").scalar_one()
    assert (stage.told.state, told) == ("written", 1)  # whoever looks at the card is told at once


def test_a_score_that_hardly_moved_is_not_written(stage: Stage) -> None:
    for value in (80, 83, 84.9):
        stage.scored(value)
    assert wishes(stage) == 1
    stage.scored(85)
    stage.scored(69)  # another band
    stage.scored(71)
    assert wishes(stage) == 4


def test_what_a_launch_carried_or_what_is_outdated_is_not_written(stage: Stage) -> None:
    stage.scored(80, carried="carried:1")
    stage.scored(80, fresh_until=OUTDATED)
    assert wishes(stage) == 0


def test_what_waits_for_a_second_person_is_not_written(stage: Stage) -> None:
    stage.reviewed(Verdict.OVERRIDDEN, 20, "no-budget", approved=False)
    assert wishes(stage) == 0
    assert stage.told is None
    stage.reviewed(Verdict.OVERRIDDEN, 20, "no-budget")
    assert wishes(stage) == 1


def test_a_wish_and_its_cause_are_one(stage: Stage) -> None:
    """The review's transaction failed: nothing is to be written."""

    class Broken(Exception):
        pass

    try:
        with stage.database.begin() as conn:
            begin = stage.database.begin
            stage.database.begin = lambda: _same(conn)  # type: ignore[method-assign]
            stage.overridden()
            raise Broken
    except Broken:
        stage.database.begin = begin  # type: ignore[method-assign]
    assert (wishes(stage), jobs(stage), stage.audited("writeback.queued")) == (0, 0, [])


def test_who_caused_it_is_in_the_audit(stage: Stage) -> None:
    stage.overridden()
    [row] = stage.audited("writeback.queued")
    assert (row["viewer"], row["record"], row["decision"], row["family"]) == (
        "005zoe",
        str(stage.record),
        "d1",
        "review",
    )


class _same:  # noqa: N801 reads as a function
    def __init__(self, conn: object) -> None:
        self._conn = conn

    def __enter__(self) -> object:
        return self._conn

    def __exit__(self, *_: object) -> None:
        return None


def test_a_review_from_a_panel_becomes_a_wish_and_its_card_says_how_it_stands(world: World) -> None:
    """From the viewer's click to the line in the card, with the host's words as text."""
    settings = world.parts.connections.get("acme").settings
    object.__setattr__(settings, "write_back", {"lead_score": WriteBack({"override": "AI_Override__c"})})
    ana = person(world, "ana", "Ana")
    html = ana.override(61).json["fragments"][0]["html"]
    assert 'data-write-back="queued"' in html
    assert "On its way to the record." in html
    place = Place("acme", "lead_score", *LEAD.split("/"))
    words = Kept(words="Frozen <b>until</b> Monday").written_down()
    [sealed] = world.parts.subject_keys.seal_all([Sealing("acme", LEAD, words, place.context)])
    with world.parts.database.begin() as conn:
        row = rows.find(conn, place)
        assert row is not None
        assert (row.review, row.verdict, row.override, row.reason) == ("given", "overridden", 61.0, "other")
        rows.take(conn, place, "me", world.clock.now, world.clock.now + 9)
        rows.settle(conn, row, "me", REFUSED, "rule", world.clock.now, sealed)
        announce(conn, ANNOUNCED, "acme", LEAD, at=world.clock.now)
    world.parts.epochs.look()
    shown = ana.html()
    assert 'data-write-back="refused"' in shown
    assert "The record did not take it: Frozen &lt;b&gt;until&lt;/b&gt; Monday" in shown
    assert ana.say("undo").status_code == 200
    with world.parts.database.read() as conn:
        row = rows.find(conn, place)
    assert row is not None
    assert (row.state, row.review) == ("queued", "undone")


def test_verdicts_from_a_sidebar_become_a_wish_and_it_says_how_the_list_holds_them(tmp_path: Path) -> None:
    """By whichever name the document was asked for; a badge of it, which takes no reviews, says nothing of that."""
    with shelf(tmp_path) as at:
        world, settings = at.world, at.connection().settings
        object.__setattr__(settings, "write_back", {"contract_review": WriteBack({"verdict": "AI_x0020_Verdict"})})
        [reading] = at.analysed(at.session())
        assert reading.analysis is not None
        first, second = (fingerprint(each) for each in reading.analysis.findings[:2])
        token = at.token(component="document-sidebar")

        def say(item: str, verdict: str, version: str = "0") -> str:
            said = {"token": token, "component": "document-sidebar", "record": CONTRACT, "decision": reading.decision}
            form = said | {"item": item, "verdict": verdict, "version": version}
            answer = world.client.post("/reviews", data=form, headers={"Origin": PAGE})
            assert answer.status_code == 200, answer.text
            return str(answer.json["fragments"][0]["html"])

        assert "data-write-back" not in world.badge(token, CONTRACT, "document-sidebar", Origin=PAGE).text
        html = say(first, "accept")
        assert 'data-write-back="queued"' in html
        assert "The verdicts are on their way to the document&#39;s properties." in html
        say(second, "accept")
        place = Place("sharepoint", "contract_review", *CONTRACT.split("/"))
        with world.parts.database.begin() as conn:
            row = rows.find(conn, place)
            assert row is not None
            assert (row.review, row.verdict) == ("given", "2 accepted")
            rows.take(conn, place, "me", world.clock.now, world.clock.now + 9)
            rows.settle(conn, row, "me", CONFLICT, "by-hand", world.clock.now, None)
            announce(conn, ANNOUNCED, "sharepoint", CONTRACT, at=world.clock.now)
        world.parts.epochs.look()
        shown = world.badge(token, CONTRACT, "document-sidebar", Origin=PAGE).text
        assert 'data-write-back="conflict"' in shown
        assert "changed the document&#39;s properties by hand" in shown
        badge = world.badge(at.token(component="analysis-badge"), CONTRACT, "analysis-badge", Origin=PAGE)
        assert badge.status_code == 200
        assert "data-write-back" not in badge.text


def test_an_undo_puts_the_verdict_on_the_record_that_stood_before(world: World) -> None:
    settings = world.parts.connections.get("acme").settings
    object.__setattr__(settings, "write_back", {"lead_score": WriteBack({"override": "AI_Override__c"})})
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    ana.override(61)
    ben.override(40)
    ben.say("undo")
    with world.parts.database.read() as conn:
        row = rows.find(conn, Place("acme", "lead_score", *LEAD.split("/")))
        waiting = conn.exec_driver_sql("SELECT count(*) FROM jobs WHERE kind = 'write_back'").scalar_one()
    assert row is not None
    assert (row.state, row.review, row.override, row.viewer, waiting) == ("queued", "given", 61.0, "ana", 1)
