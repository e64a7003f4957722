"""Reviews of scores from a panel: what goes in, what comes back, and what everybody else sees then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.db.erasing import Subject
from app.wiring import erasure
from tests.viewing import framed, pages, person
from tests.world import LEAD, World
from tests.world import world as make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


def test_an_override_is_shown_to_all_with_who_what_and_why(world: World) -> None:
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    answer = ana.override(61, comment="Their <b>budget</b> is gone.")
    assert answer.status_code == 200, answer.text
    html = answer.json["fragments"][0]["html"]
    assert "Set to 61 by you" in html
    assert "Another reason" in html
    assert "Their &lt;b&gt;budget&lt;/b&gt; is gone." in html
    assert "Undo" in html
    theirs = ben.html()
    assert "Set to 61 by Ana" in theirs
    assert "Undo" not in theirs
    [row] = world.audited("review.given")
    assert (row["verdict"], row["value"], row["reason"], row["item"], row["record"]) == (
        "overridden", 61.0, "other", "score", LEAD,
    )  # fmt: skip
    assert "budget" not in repr(row)


def test_the_badge_says_that_somebody_set_another_value_and_not_who_or_why(world: World) -> None:
    """At once, although its answer stands ready before the road; and no more once it is taken back."""
    ana, token = person(world, "ana", "Ana"), world.element_token(sub="ben", locale="en")

    def badge() -> str:
        said = [world.batch(token, [f"score-badge {LEAD} -"]).json["fragments"][0]["html"] for _ in range(2)]
        assert said[0] == said[1]
        return str(said[1])

    before = badge()
    assert "a reviewer set it to" not in before
    [hits] = (each for each in ready(world))
    badge()
    assert ready(world) > [hits]  # it is answered before the road
    ana.override(61, comment="Their budget is gone.")
    shown = badge()
    assert "a reviewer set it to 61" in shown
    assert not [word for word in ("Ana", "budget", "other") if word in shown]
    ana.say("dismiss", reason="other")
    assert badge() == before
    ana.say("undo")
    assert badge() == shown
    ana.say("undo")
    assert badge() == before


def ready(world: World) -> list[float]:
    """How often an answer came from the map that stands before the road."""
    lines = world.client.get("/metrics").text.splitlines()
    return [float(line.rpartition(" ")[2]) for line in lines if 'level="ready"' in line and 'outcome="hit"' in line]


def test_it_is_undone_within_its_time_and_then_only_spoken_over(world: World) -> None:
    ana = person(world, "ana", "Ana")
    ana.override(61)
    assert ana.say("undo").status_code == 200
    assert "Set to 61" not in ana.html()
    assert len(world.audited("review.undone")) == 1
    ana.override(50)
    world.clock.now += 601
    ana = person(world, "ana", "Ana")
    assert "Undo" not in ana.html()
    late = ana.say("undo")
    assert (late.status_code, late.json["code"]) == (403, "undo-too-late")
    assert ana.say("accept").status_code == 200
    assert "Accepted by you" in ana.html()
    assert [row["reason"] for row in world.audited("review.refused")] == ["review-undo-late"]


def test_an_undo_brings_back_what_stood_before_whoever_gave_it(world: World) -> None:
    ana, ben, cem = (person(world, each, each.title()) for each in ("ana", "ben", "cem"))
    ana.override(61, comment="Their budget is gone.")
    first = cem.seen()
    ben.override(40)
    assert ben.say("undo").status_code == 200
    assert "Set to 61 by Ana" in ben.html()
    assert "Their budget is gone." in ben.html()
    review = ana.review()
    assert review is not None
    assert (review.value, review.mine, review.undo_until) == (61.0, True, world.clock.now + 600)
    [row] = world.audited("review.undone")
    assert (row["viewer"], row["restored"], row["reviewer"], row["value"]) == ("ben", "overridden", "ana", 61.0)
    assert "budget" not in repr(row)
    answer = cem.say("accept", first)  # what they saw is shown again, and others spoke since
    assert (answer.status_code, "Set to 61 by Ana" in answer.json["detail"]) == (409, True)
    ben.say("dismiss", reason="other")  # and what was undone does not come back by the next undo
    ben.say("undo")
    assert "Set to 61 by Ana" in ben.html()
    assert ana.say("undo").status_code == 200
    assert ana.review() is None
    assert kept(world) == 0


def test_one_s_own_changes_of_mind_are_undone_one_by_one(world: World) -> None:
    ana = person(world, "ana", "Ana")
    ana.say("accept")
    ana.say("accept", comment="As their board said.")
    ana.override(50)
    shown = []
    for _ in range(3):
        ana.say("undo")
        review = ana.review()
        shown.append(review and (str(review.verdict), review.comment))
    assert shown == [("accepted", "As their board said."), ("accepted", ""), None]
    assert (ana.say("undo").status_code, len(world.audited("review.undone"))) == (403, 3)


def test_what_nobody_can_undo_any_more_is_not_remembered(world: World) -> None:
    """Each verdict as long as the one that took its place can be undone, and no longer."""
    person(world, "ana", "Ana").override(61)
    world.clock.now += 601
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    ben.override(40)
    assert kept(world) == 1
    ben.say("undo")
    assert (ana.say("undo").json["code"], kept(world)) == ("undo-too-late", 0)  # it stands, for good
    ben.override(40)
    world.clock.now += 601
    ana = person(world, "ana", "Ana")
    ana.say("accept")
    assert kept(world) == 1  # Ben's; Ana's first is over
    ana.say("undo")
    assert "Set to 40 by Ben" in ana.html()


def test_what_was_kept_for_an_undo_goes_with_its_record(world: World) -> None:
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    ana.override(61)
    ben.override(40)
    with erasure(world.settings, world.parts.database, world.parts.audit, world.clock) as it:
        it.erase(Subject("acme", ("acme", "acme-pages"), *LEAD.split("/")))
    assert kept(world) == 0


def kept(world: World) -> int:
    with world.parts.database.read() as conn:
        return int(conn.exec_driver_sql("SELECT count(*) FROM earlier_reviews").scalar_one())


def test_nobody_undoes_anothers(world: World) -> None:
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    ana.override(61)
    answer = ben.say("undo")
    assert (answer.status_code, answer.json["code"]) == (403, "review-refused")
    assert "Set to 61 by you" in ana.html()


def test_who_speaks_second_is_told_and_overwrites_nothing(world: World) -> None:
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben", locale="de")
    both = ben.seen()
    ana.override(61)
    answer = ben.say("dismiss", both, reason="other", comment="In my own words")
    assert (answer.status_code, answer.json["code"]) == (409, "review-conflict")
    assert answer.json["detail"].startswith("Inzwischen: Auf 61 gesetzt von Ana, ")
    html = answer.json["fragments"][0]["html"]
    assert "Auf 61 gesetzt von Ana" in html
    review = ben.review()
    assert review is not None
    assert review.value == 61
    assert [row["viewer"] for row in world.audited("review.conflict")] == ["ben"]
    assert ben.say("dismiss", reason="other").status_code == 200  # having seen it, they decide again
    assert "Dismissed by Ben" in ana.html()


def test_who_speaks_of_what_was_taken_back_is_told(world: World) -> None:
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    ana.override(61)
    seen = ben.seen()
    ana.say("undo")
    answer = ben.say("accept", seen)
    assert (answer.status_code, answer.json["code"]) == (409, "review-conflict")
    assert "taken back meanwhile" in answer.json["detail"]


def test_a_form_of_before_two_changes_does_not_pass_for_one_of_now(world: World) -> None:
    """Ana spoke, took it back, and spoke again: Ben saw the first."""
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    ana.override(61)
    seen = ben.seen()
    ana.say("undo")
    ana.override(40)
    assert ben.say("accept", seen).status_code == 409


def test_a_review_outlives_the_score_that_it_was_of(world: World) -> None:
    ana = person(world, "ana", "Ana")
    seen = ana.seen()
    ana.override(61)
    was = int(world.parts.stored.by_decision([seen["decision"]])[seen["decision"]].score.value)
    world.core.score = 33.0
    world.event(LEAD)
    world.run_jobs()
    world.parts.epochs.look()
    html = ana.html()
    assert f"Scored again after you overrode it: now 33, was {was}." in html
    assert "Set to 61 by you" in html


def test_what_a_viewer_saw_is_what_they_speak_of(world: World) -> None:
    """Also where a newer score is shown already by the time that they have typed."""
    ana = person(world, "ana", "Ana")
    seen = ana.seen()
    world.core.score = 33.0
    world.event(LEAD)
    world.run_jobs()
    world.parts.epochs.look()
    assert ana.override(61, seen).status_code == 200
    assert [row["decision"] for row in world.audited("review.given")] == [seen["decision"]]


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"decision": "d" * 12}, 409, "score-gone"),
        ({"item": "0" * 24, "severity": "low"}, 409, "score-gone"),
        ({"component": "score-badge"}, 400, "bad-request"),
        ({"value": "101"}, 400, "bad-request"),
        ({"reason": "not-one-of-these"}, 400, "bad-request"),
        ({"record": "Lead/00QAB000009LeadAA2"}, 403, "denied"),
        ({"verdict": "approve"}, 403, "review-refused"),
    ],
)
def test_refusals(world: World, more: dict[str, str], status: int, code: str) -> None:
    ana = person(world, "ana")
    said = {"token": ana.token, "component": "score-card", "record": LEAD, "item": "score", "verdict": "override"}
    said |= {"value": "61", "reason": "other"} | ana.seen() | more
    answer = world.client.post("/reviews", data=said, headers=ana.heads)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert world.audited("review.given") == []


def test_a_decision_of_another_record_cannot_be_spoken_of(world: World) -> None:
    other = "Lead/00QAB000002LeadAA2"
    world.api.rows[other.partition("/")[2]] = {"activity": 1, "company_size": 2, "AnnualRevenue": 3}
    ana, ben = person(world, "ana"), person(world, "ben", records=[other], record=other)
    ben.record = other
    answer = ana.override(61, {**ana.seen(), "decision": ben.seen()["decision"]})
    assert (answer.status_code, answer.json["code"]) == (409, "score-gone")


def test_reasons_are_the_connections_own(tmp_path: Path) -> None:
    own = pages(reasons={"lead_score": (("wrong-contact", "The contact has left"),)})
    with make_world(tmp_path, connections=[own]) as world:
        ana = person(world, "ana", "Ana")
        assert "The contact has left" in ana.html()
        assert ana.override(61).status_code == 400
        assert ana.override(61, reason="wrong-contact").status_code == 200
        assert "Reason: The contact has left" in ana.html()


def test_one_viewers_view_is_never_anothers(world: World) -> None:
    """Whatever remembers answers: who gave a review sees it as theirs, and nobody else does; each sees the newest."""
    ana, again, ben = person(world, "ana", "Ana"), person(world, "ana", "Ana"), person(world, "ben", "Ben")
    for each in (ana, again, ben):
        each.html()
    for value in (61, 62):
        assert ana.override(value).status_code == 200
        views = [each.html() for each in (ana, again, ben)]
        assert [f"Set to {value} by you" in view for view in views] == [True, True, False]
        assert f"Set to {value} by Ana" in views[2]


def test_another_process_shows_it_at_its_next_look(world: World) -> None:
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    with world.another() as other:
        there = replace(ben, world=other)
        before = there.html()
        assert there.html() == before  # from memory
        ana.override(61)
        other.parts.epochs.look()
        assert "Set to 61 by Ana" in there.html()


def test_a_frame_of_the_host_and_a_page_of_its_guests_see_the_same_review(world: World) -> None:
    """Both read through one connection."""
    zoe, ana = framed(world), person(world, "ana", "Ana")
    assert ana.override(61).status_code == 200
    assert "Auf 61 gesetzt von Ana" in zoe.html()
    answer = zoe.say("accept")
    assert answer.status_code == 200, answer.text
    assert "Accepted by" in ana.html()


def test_erasing_the_record_erases_what_was_said_and_nothing_is_said_after(world: World) -> None:
    ana = person(world, "ana", "Ana")
    seen = ana.seen()
    ana.override(61, seen, comment="of somebody who is no more")
    kind, _, name = LEAD.partition("/")
    with erasure(world.settings, world.parts.database, world.parts.audit, world.clock) as it:
        it.erase(Subject("acme", ("acme", "acme-pages"), kind, name))
    with world.parts.database.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM reviews").scalar_one() == 0
    assert ana.override(61, {**seen, "version": "0"}).json["code"] == "score-gone"
    with world.parts.database.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM reviews").scalar_one() == 0
