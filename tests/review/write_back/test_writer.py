"""What comes of a write-back, against the simulated CRM: each way that it can go, and that none loses or doubles it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from limits import parse

from app.config import WriteBack
from app.db.reviews import Verdict
from app.errors import TimedOut
from app.net.door import Request
from app.review.write_back import rows
from app.review.write_back.writer import HELD_S
from tests.review.write_back.stage import REVIEW, SCORE_FIELDS, Stage


class Killed(BaseException):
    """The process is gone, in the middle of things."""


def test_a_review_is_on_the_record_and_its_taking_back_restores_what_was_there(stage: Stage) -> None:
    stage.by_hand(AI_Verdict__c="from the old tool")
    stage.overridden(20, "no-budget")
    assert stage.told is not None
    assert stage.told.state == "queued"
    assert stage.run() == ""
    assert stage.holds(*REVIEW) == ["overridden", 20, "no-budget"]
    assert stage.told is not None
    assert stage.told.state == "written"
    stage.quiet()
    stage.reviewed(None)
    assert stage.run() == ""
    assert stage.holds(*REVIEW) == ["from the old tool", None, None]
    assert stage.told is not None
    assert stage.told.state == "restored"


def test_a_score_is_written_as_the_panel_shows_it(stage: Stage) -> None:
    stage.scored(69.96)
    assert stage.run() == ""
    assert stage.holds(*SCORE_FIELDS) == [69, "medium"]
    assert stage.told is None  # that a score is written is nobody's news


def test_what_the_record_holds_already_is_not_written(stage: Stage) -> None:
    stage.overridden()
    assert stage.run() == ""
    stage.overridden()
    assert stage.run() == ""
    assert stage.door.writes == 1
    assert [row["event"] for row in stage.audited("writeback.written")] == ["writeback.written"] * 2
    assert json.loads(stage.audited("writeback.written")[1]["detail"]).get("fields", "") == ""


def test_the_job_may_run_again_and_again(stage: Stage) -> None:
    stage.overridden()
    assert [stage.run() for _ in range(3)] == ["", "", ""]
    assert stage.door.writes == 1


def test_a_validation_rule_parks_it_in_the_host_s_words(stage: Stage) -> None:
    stage.crm.trouble.put("rule", on=True)
    stage.overridden()
    assert stage.run() == ""
    told = stage.told
    assert told is not None
    assert (told.state, told.why) == ("refused", "rule")
    assert told.words == "AI fields are frozen during quarter close. Ask sales operations <ext. 4711>."
    assert stage.run() == ""
    assert stage.door.writes == 1  # parked is parked
    [row] = stage.audited("writeback.refused")
    assert (row["reason"], "quarter" in row["detail"]) == ("rule", False)  # never the host's words


@pytest.mark.parametrize(("trouble", "why"), [("permission", "permission"), ("locked", "locked")])
def test_what_only_an_admin_can_mend_is_parked_without_the_host_s_insides(stage: Stage, trouble: str, why: str) -> None:
    stage.crm.trouble.put(trouble, on=True)
    stage.overridden()
    assert stage.run() == ""
    told = stage.told
    assert told is not None
    assert (told.state, told.why, told.words) == ("refused", why, "")
    [seen] = stage.desk.seen("crm", "refused")
    assert seen.kept.words  # the admin reads them


def test_a_record_that_is_gone_is_parked(stage: Stage) -> None:
    stage.overridden()
    del stage.crm.leads._rows[stage.record.id]
    assert stage.run() == ""
    assert stage.told is not None
    assert (stage.told.state, stage.told.why) == ("refused", "gone")


@pytest.mark.parametrize(
    ("trouble", "reason"), [("down", "SERVER_UNAVAILABLE"), ("throttled", "REQUEST_LIMIT_EXCEEDED")]
)
def test_a_host_that_is_away_or_throttles_is_tried_again(stage: Stage, trouble: str, reason: str) -> None:
    stage.crm.trouble.put(trouble, on=True)
    stage.overridden()
    assert stage.run() == reason
    assert stage.told is not None
    assert (stage.told.state, stage.told.why) == ("queued", reason)
    assert [row["reason"] for row in stage.audited("host.failed")] == [reason]
    stage.crm.trouble.put(trouble, on=False)
    stage.clock.now += 5
    assert stage.run() == ""
    assert stage.holds(*REVIEW) == ["overridden", 20, "no-budget"]


def test_retry_after_holds_for_all_records_of_the_connection(stage: Stage) -> None:
    stage.crm.trouble.put("throttled", on=True)
    stage.overridden()
    stage.run()
    asked = len(stage.door.asked)
    assert stage.run() == "host-asked-for-quiet"
    assert len(stage.door.asked) == asked


def test_a_host_that_stays_away_is_left_alone_for_a_while(stage: Stage) -> None:
    stage.crm.trouble.put("down", on=True)
    stage.overridden()
    reasons = [stage.run() for _ in range(8)]
    assert reasons == ["SERVER_UNAVAILABLE"] * 5 + ["host-away"] * 3
    assert stage.row.tries == 5
    assert len(stage.audited("host.failed")) == 1


def test_who_is_spared_by_a_host_that_is_away_says_why_too_and_once(stage: Stage) -> None:
    """Two cards: the host was asked for the record of the one, and is left alone for that of the other."""
    stage.crm.trouble.put("down", on=True)
    stage.overridden()
    for _ in range(5):
        stage.run()
    assert stage.announced() == 1
    asked, record = len(stage.door.asked), stage.record
    stage.record = replace(record, id=list(stage.crm.leads.table.rows)[1])
    stage.overridden()
    assert [stage.run() for _ in range(3)] == ["host-away"] * 3
    assert stage.told is not None
    assert (stage.told.state, stage.told.why) == ("queued", "host-away")
    assert (stage.row.tries, len(stage.door.asked), stage.announced()) == (0, asked, 2)
    stage.crm.trouble.put("down", on=False)
    assert stage.run(stage.another()) == ""
    assert stage.told.state == "written"


def test_a_score_that_waits_for_its_host_is_nobody_s_news(stage: Stage) -> None:
    stage.crm.trouble.put("throttled", on=True)
    stage.scored(80)
    stage.run()
    assert stage.run() == "host-asked-for-quiet"
    stage.record = replace(stage.record, id=list(stage.crm.leads.table.rows)[1])
    stage.scored(80)
    assert stage.run() == "host-asked-for-quiet"
    assert (stage.row.why, stage.told, stage.announced()) == ("host-asked-for-quiet", None, 0)


def test_a_record_that_somebody_is_at_is_not_spared(stage: Stage) -> None:
    """By another process, which the host may well answer."""
    stage.crm.trouble.put("throttled", on=True)
    stage.overridden()
    stage.run()
    stage.crm.trouble.put("throttled", on=False)
    stage.overridden()
    with stage.database.begin() as conn:
        assert rows.take(conn, stage.place, "another", stage.clock.now, stage.clock.now + HELD_S)
    assert stage.run() == "host-asked-for-quiet"
    assert (stage.row.why, stage.row.held_by) == ("", "another")


def test_others_who_change_other_fields_are_no_conflict(stage: Stage) -> None:
    def somebody(_: Request) -> None:
        if stage.door.writes < 3:
            stage.crm.leads._modified[stage.record.id] = 4_000_000_000.0  # by the CRM's own clock: after our read
            stage.door.before = lambda _: stage.quiet_for_good()

    stage.door.before = somebody
    stage.overridden()
    outcome = stage.run()
    while outcome:
        stage.clock.now += 5
        stage.quiet_for_good()
        outcome = stage.run()
    assert stage.holds(*REVIEW) == ["overridden", 20, "no-budget"]
    assert stage.told is not None
    assert stage.told.state == "written"


def test_a_record_that_was_changed_this_second_waits_until_it_is_quiet(stage: Stage) -> None:
    """The lock names seconds: within one, nobody could tell who was faster."""
    lead = stage.crm.leads.get(stage.record.id)
    assert lead is not None
    stage.crm.leads.update(lead, {"Title": "CTO"})
    stage.overridden()
    assert stage.run() == "changed"
    assert stage.door.writes == 0
    stage.quiet()
    assert stage.run() == ""


def test_a_field_that_somebody_changed_by_hand_is_never_written_over(stage: Stage) -> None:
    stage.overridden(20)
    stage.run()
    stage.by_hand(AI_Override__c="35")
    stage.overridden(40)
    assert stage.run() == ""
    assert stage.holds(*REVIEW) == ["overridden", 35, "no-budget"]
    told = stage.told
    assert told is not None
    assert (told.state, told.fields) == ("conflict", ("AI_Override__c",))
    [row] = stage.audited("writeback.conflict")
    assert json.loads(row["detail"])["fields"] == "AI_Override__c"


def test_a_review_that_is_taken_back_leaves_what_somebody_changed_by_hand(stage: Stage) -> None:
    stage.overridden(20)
    stage.run()
    stage.by_hand(AI_Override__c="35")
    stage.reviewed(None)
    assert stage.run() == ""
    assert stage.holds(*REVIEW) == [None, 35, None]
    assert stage.told is not None
    assert (stage.told.state, stage.told.why) == ("restored", "by-hand")
    stage.quiet()
    stage.overridden(50)  # from now on the field is ours again, and what the person wrote is what was there before
    stage.run()
    stage.quiet()
    stage.reviewed(None)
    stage.run()
    assert stage.holds("AI_Override__c") == [35]


def test_an_admin_who_looked_at_it_may_write_over_it(stage: Stage) -> None:
    stage.overridden(20)
    stage.run()
    stage.by_hand(AI_Override__c="35")
    stage.overridden(40)
    stage.run()
    assert stage.desk.replay("crm", [], "root") == 0  # not as one of many
    assert stage.desk.replay("crm", [stage.place], "root") == 1
    assert stage.run() == ""
    assert stage.holds(*REVIEW) == ["overridden", 40, "no-budget"]
    stage.quiet()
    stage.reviewed(None)
    stage.run()
    assert stage.holds("AI_Override__c") == [35]  # what the record had before is what the person wrote


def test_a_lost_answer_does_not_double_it(stage: Stage) -> None:
    """The write was made, and nobody heard so."""
    real = stage.door.call

    def lossy(request: Request) -> object:
        answer = real(request)
        if request.method == "PATCH":
            raise TimedOut(reason="timed-out")
        return answer

    stage.door.call = lossy  # type: ignore[method-assign,assignment]
    stage.overridden()
    assert stage.run() == "host-outbound" or stage.row.tries == 1
    stage.door.call = real  # type: ignore[method-assign]
    stage.clock.now += 5
    stage.quiet()
    assert stage.run() == ""
    assert [edit.name for edit in stage.edits] == list(REVIEW)  # each once
    assert stage.told is not None
    assert stage.told.state == "written"


def test_a_killed_worker_is_followed_by_another_who_knows_what_was_tried(stage: Stage) -> None:
    """Killed right after the host took it; meanwhile the viewer said something else, then took it back."""
    stage.by_hand(AI_Verdict__c="from the old tool")
    real = stage.door.call

    def fatal(request: Request) -> object:
        answer = real(request)
        if request.method == "PATCH":
            raise Killed
        return answer

    stage.door.call = fatal  # type: ignore[method-assign,assignment]
    stage.overridden(20)
    with pytest.raises(Killed):
        stage.run()
    stage.door.call = real  # type: ignore[method-assign]
    stage.quiet()
    stage.overridden(40)
    other = stage.another()
    assert stage.run(other) == "written-elsewhere"  # until the dead one has had its time
    stage.clock.now += HELD_S + 1
    assert stage.run(other) == ""
    assert stage.holds(*REVIEW) == ["overridden", 40, "no-budget"]
    stage.quiet()
    stage.reviewed(None)
    assert stage.run(other) == ""
    assert stage.holds(*REVIEW) == ["from the old tool", None, None]


def test_a_newer_wish_is_written_though_the_older_one_was_on_its_way(stage: Stage) -> None:
    stage.overridden(20)
    stage.door.before = lambda _: stage.overridden(55)
    assert stage.run() == ""
    stage.door.before = lambda _: None
    assert stage.row.state == "queued"
    stage.quiet()
    assert stage.run() == ""
    assert stage.holds("AI_Override__c") == [55]


def test_what_was_erased_meanwhile_leaves_nothing_behind(stage: Stage) -> None:
    def erased(_: Request) -> None:
        with stage.database.begin() as conn:
            conn.exec_driver_sql("DELETE FROM write_backs")

    stage.overridden()
    stage.door.before = erased
    assert stage.run() == ""
    with stage.database.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM write_backs").scalar_one() == 0
    assert stage.audited("writeback.written") == []


def test_what_is_no_longer_configured_is_left(stage: Stage) -> None:
    stage.overridden()
    fields: dict[str, WriteBack] = {}
    object.__setattr__(stage.connection.settings, "write_back", fields)
    assert stage.run() == ""
    assert (stage.row.state, stage.door.writes) == ("left", 0)


def test_nothing_of_the_record_lies_in_plain(stage: Stage) -> None:
    stage.by_hand(AI_Verdict__c="a secret of the record's")
    stage.overridden()
    stage.run()
    assert stage.row.kept is not None
    assert b"secret" not in stage.row.kept


def test_only_the_listed_fields_are_asked_for_and_written(stage: Stage) -> None:
    seen: list[Request] = []
    real = stage.door.call
    stage.door.call = lambda request: (seen.append(request), real(request))[1]  # type: ignore[method-assign]
    stage.overridden()
    stage.reviewed(Verdict.ACCEPTED)
    stage.run()
    [read] = [each for each in seen if each.method == "GET"]
    [write] = [each for each in seen if each.method == "PATCH"]
    assert "fields=AI_Score__c,AI_Band__c,AI_Scored_At__c,AI_Verdict__c" in read.url
    assert write.json == {"AI_Verdict__c": "accepted"}
    assert write.headers["If-Unmodified-Since"].endswith("GMT")


def test_a_connection_that_is_switched_off_writes_nothing_until_it_is_on_again(stage: Stage) -> None:
    stage.overridden()
    object.__setattr__(stage.connection.settings, "rollout", False)
    assert stage.run() == "switched-off"
    assert stage.door.asked == []
    object.__setattr__(stage.connection.settings, "rollout", True)
    assert stage.run() == ""
    assert stage.door.writes == 1


def test_a_limit_of_calls_is_kept_without_holding_the_record(stage: Stage) -> None:
    object.__setattr__(stage.connection.settings, "limit_calls", parse("2/minute"))
    stage.overridden()
    assert stage.run() == ""  # a read and a write
    stage.quiet()
    stage.overridden(30)
    assert stage.run() == "quota"
    assert (stage.door.writes, stage.row.held_by, stage.row.tries) == (1, "", 0)
    stage.clock.now += 60
    assert stage.run() == ""
