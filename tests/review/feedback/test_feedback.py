"""What people say reaches the core that gave the decision, once in effect, and nothing of whoever was erased."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.application import create_app
from app.config import Settings
from app.core.client import CoreClient
from app.db.erasing import Subject
from app.db.feedback import refusals
from app.db.jobs import claim
from app.db.reviews import Verdict
from app.db.schema import scores
from app.db.schema_feedback import feedback_threads
from app.db.schema_jobs import jobs
from app.launch import Record
from app.review.change import SCORE, ReviewChange
from app.review.feedback import REFUSED_S, Feedback
from app.scorer.feedback import Feedback as Kept
from app.scorer.protocol_feedback import FEEDBACK_REQUEST
from app.wiring import Ground, erasure
from tests.core.server import Core, dropped, reply, status, well
from tests.library import CONTRACT, File, shelf
from tests.world import LEAD, World, running, world

AT = 1_795_000_000.0


@dataclass
class Stage:
    world: World
    kept: Kept
    feedback: Feedback
    lose: int = 0  # so many answers of the core are lost, after it has heard

    def say(self, verdict: Verdict | None, version: int, **said: Any) -> None:
        """A review of the lead's score."""
        change = ReviewChange("acme", "lead_score", Record.parse(LEAD), self.decision(), SCORE, verdict, None, "", "",
                              "zoe@example.com", True, version, AT)  # fmt: skip
        with self.world.parts.database.begin() as conn:
            self.feedback.reviewed(conn, replace(change, **said))

    def decision(self) -> str:
        with self.world.parts.database.read() as conn:
            return str(conn.execute(select(scores.c.id).where(scores.c.connection == "acme")).scalars().first())

    def held(self) -> list[tuple[int, str]]:
        return [(each["version"], each["verdict"]) for each in self.kept.all()]

    def hear(self, core: Core, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if handler.path != "/v1/feedback":
            return well(core, handler, body)
        told = json.loads(body)
        FEEDBACK_REQUEST.check(told, "")
        outcome = self.kept.take(told)
        if self.lose > 0:
            self.lose -= 1
            return dropped(core, handler, body)
        return reply(handler, 200, json.dumps({"outcome": outcome}).encode())

    def posts(self) -> list[dict[str, Any]]:
        return [body for path, body, _ in self.world.core.requests if path == "/v1/feedback"]

    def later(self, seconds: float = 7_200.0) -> None:
        self.world.clock.now += seconds
        self.world.run_jobs()


def taking(settings: Settings) -> Settings:
    return replace(settings, cores={name: replace(each, feedback=True) for name, each in settings.cores.items()})


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with world(tmp_path) as plain, running(settings := taking(plain.settings), plain.clock) as (parts, runner):
        made = replace(plain, settings=settings, parts=parts, runner=runner, client=create_app(parts).test_client())
        ground = Ground(settings, parts.database, parts.epochs, None, None, parts.audit, parts.metrics,  # type: ignore[arg-type]
                        parts.connections._door, plain.clock)  # fmt: skip
        told = Feedback(settings, ground.cores(), parts.database, parts.audit, parts.metrics, plain.clock)
        here = Stage(made, Kept(tmp_path / "core-feedback.db"), told)
        made.core.behave(here.hear)
        made.frame_token()
        yield here


def test_a_review_is_told_with_what_the_decision_was_and_never_by_whom(stage: Stage) -> None:
    stage.say(Verdict.OVERRIDDEN, 7, value=31.5, reason="wrong-industry")
    stage.world.run_jobs()
    [told] = stage.kept.all()
    assert (told["verdict"], told["value"], told["reason"], told["item"]) == (
        "overridden", 31.5, "wrong-industry", "score",
    )  # fmt: skip
    assert told["subject"] == {"type": "Lead", "id": LEAD.partition("/")[2], "connection": "acme"}
    assert told["decision"] == stage.decision()
    assert told["model"] == {"name": "test-core", "version": "1"}
    assert len(told["features_hash"]) == 32
    assert "zoe" not in json.dumps(stage.posts())
    assert [row["decision"] for row in stage.world.audited("feedback.told")] == [stage.decision()]


def test_a_core_that_read_a_document_is_not_told_which(tmp_path: Path) -> None:
    with shelf(tmp_path, {CONTRACT: File()}) as stage:
        [reading] = stage.analysed(stage.session())
        parts, settings = stage.world.parts, taking(stage.world.settings)
        door = parts.connections._door
        cores = {name: CoreClient(each, door, parts.metrics) for name, each in settings.cores.items()}
        heard = Feedback(settings, cores, parts.database, parts.audit, parts.metrics)
        assert reading.document is not None
        with parts.database.begin() as conn:
            heard.thumbed(conn, "sharepoint", reading.capability, reading.document.record, reading.decision,
                          viewer="zoe", thumb="up", word="clear", version=1, at=AT)  # fmt: skip
            [payload] = conn.execute(select(jobs.c.payload).where(jobs.c.kind == "feedback")).scalars()
        told = json.loads(payload)["told"]
        FEEDBACK_REQUEST.check(told, "")
        assert (told["verdict"], told["reason"], told["decision"]) == ("up", "clear", reading.decision)
        assert "subject" not in told
        assert reading.document.record.id not in json.dumps(told)


def test_what_waits_for_a_second_person_is_not_told_until_it_is_final(stage: Stage) -> None:
    stage.say(Verdict.OVERRIDDEN, 1, approved=False)
    stage.world.run_jobs()
    assert stage.posts() == []
    stage.say(Verdict.OVERRIDDEN, 2)
    stage.say(None, 3)
    stage.world.run_jobs()
    assert [each["verdict"] for each in stage.posts()] == ["overridden", "withdrawn"]
    assert stage.held() == [(3, "withdrawn")]


def test_an_answer_that_is_lost_has_it_told_again_to_the_same_effect(stage: Stage) -> None:
    stage.lose = 3  # all tries of one attempt: the core has heard, and we do not know it
    stage.say(Verdict.ACCEPTED, 1)
    stage.world.run_jobs()
    stage.later()
    assert len({each["id"] for each in stage.posts()}) == 1 < len(stage.posts())
    assert stage.held() == [(1, "accepted")]
    assert len(stage.world.audited("feedback.told")) == 1


def test_a_worker_that_dies_after_telling_has_nothing_told_twice(stage: Stage) -> None:
    stage.say(Verdict.ACCEPTED, 1)
    job = claim(stage.world.parts.database, ["feedback"], "dies", 15.0, stage.world.clock.now)
    assert job is not None
    stage.feedback.tell(job.payload)  # and never says that it is done
    stage.later()
    assert len(stage.posts()) == 1
    assert stage.held() == [(1, "accepted")]


def test_a_late_older_one_never_wins(stage: Stage) -> None:
    stage.say(Verdict.ACCEPTED, 1)
    stage.say(Verdict.DISMISSED, 2)
    first = claim(stage.world.parts.database, ["feedback"], "slow", 15.0, stage.world.clock.now)
    assert first is not None
    assert first.payload["told"]["version"] == 1
    stage.world.run_jobs()
    stage.feedback.tell(first.payload)
    assert stage.held() == [(2, "dismissed")]


def test_a_core_that_is_away_hears_it_when_it_is_back(stage: Stage) -> None:
    stage.world.core.behave(status(503))
    stage.say(Verdict.ACCEPTED, 1)
    stage.world.run_jobs()
    stage.later()
    assert stage.held() == []
    stage.world.core.behave(stage.hear)
    stage.later()
    assert stage.held() == [(1, "accepted")]


@pytest.mark.parametrize("answer", [404, 501])
def test_a_core_that_takes_none_is_remembered_and_asked_again_a_day_later(stage: Stage, answer: int) -> None:
    stage.world.core.behave(status(answer))
    for version in (1, 2):
        stage.say(Verdict.ACCEPTED, version)
        stage.world.run_jobs()
    assert len(stage.posts()) == 1
    [(said, _)] = refusals(stage.world.parts.database).values()
    assert said == answer
    stage.world.core.behave(stage.hear)
    stage.world.clock.now += REFUSED_S
    stage.say(Verdict.ACCEPTED, 3)
    stage.world.run_jobs()
    assert stage.held() == [(3, "accepted")]
    assert refusals(stage.world.parts.database) == {}


def erase(stage: Stage) -> None:
    with erasure(stage.world.settings, stage.world.parts.database, stage.world.parts.audit, stage.world.clock) as to:
        done = to.erase(Subject("acme", ("acme", "acme-pages"), *LEAD.split("/")))
    assert done.is_proved


def test_of_whoever_is_erased_nothing_more_is_told_and_what_was_told_is_retracted(stage: Stage) -> None:
    stage.say(Verdict.ACCEPTED, 1)
    stage.world.run_jobs()
    stage.say(Verdict.DISMISSED, 2)
    late = claim(stage.world.parts.database, ["feedback"], "slow", 15.0, stage.world.clock.now)
    assert late is not None
    stage.say(Verdict.OVERRIDDEN, 3)
    erase(stage)
    with stage.world.parts.database.read() as conn:
        assert LEAD.partition("/")[2] not in "".join(conn.execute(select(jobs.c.payload)).scalars())
        assert conn.execute(select(feedback_threads)).all() == []
    stage.world.run_jobs()
    stage.feedback.tell(late.payload)  # it was on its way
    assert [each["kind"] for each in stage.posts()] == ["review", "retraction"]
    assert [*stage.kept.all()] == []
    assert len(stage.world.audited("feedback.retracted")) == 1


def test_what_was_never_told_needs_no_retraction(stage: Stage) -> None:
    stage.say(Verdict.ACCEPTED, 1)
    erase(stage)
    stage.world.run_jobs()
    assert stage.posts() == []


def test_a_core_that_is_not_to_be_told_is_not(tmp_path: Path) -> None:
    with world(tmp_path) as plain:
        plain.frame_token()
        told = Feedback(plain.settings, {}, plain.parts.database, plain.parts.audit, plain.parts.metrics)
        Stage(plain, Kept(tmp_path / "f.db"), told).say(Verdict.ACCEPTED, 1)
        with plain.parts.database.read() as conn:
            assert conn.execute(select(jobs.c.kind).where(jobs.c.kind == "feedback")).all() == []


def test_a_thumb_is_of_one_viewer_and_a_later_one_of_theirs_is_in_its_place(stage: Stage) -> None:
    record, decision = Record.parse(LEAD), stage.decision()
    with stage.world.parts.database.begin() as conn:
        for version, (viewer, thumb) in enumerate([("zoe", "up"), ("ben", "down"), ("zoe", "")], 1):
            stage.feedback.thumbed(conn, "acme", "lead_score", record, decision, viewer=viewer, thumb=thumb,
                                   word="", version=version, at=AT)  # fmt: skip
    stage.world.run_jobs()
    assert stage.held() == [(2, "down"), (3, "withdrawn")]
    assert not any("zoe" in json.dumps(each) for each in stage.posts())
