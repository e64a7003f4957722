"""Two-person approval: one person never stands for two, by no route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.application import create_app
from app.core.analyses import fingerprint
from app.db.reviews import Approval, Row, Verdict
from app.launch import Record
from app.review.change import ReviewChange
from app.review.rules import is_another, require_second, same_person
from app.review.said import ElsewhereOnly
from app.session.bearer import Session
from tests.hosts._proofs import PAGE
from tests.library import CONTRACT, File, Shelf, shelf
from tests.viewing import Person, framed, pages, person
from tests.world import LEAD, World, running
from tests.world import world as make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path, connections=[pages(second_person=("override",))]) as made:
        yield made


def state(who: Person) -> tuple[Approval, bool]:
    review = who.review()
    assert review is not None
    return review.approval, review.holds


def refused(answer: Any, code: str = "second-person-needed") -> None:
    assert (answer.status_code, answer.json["code"]) == (403, code), answer.text


def test_an_override_waits_until_somebody_else_approves_it(world: World) -> None:
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    heard: list[ReviewChange] = []
    world.parts.reviews._listeners = (lambda _, change: heard.append(change),)
    assert "It counts once a second person" in ana.html()
    ana.override(61)
    assert "Waits for a second person" in ana.html()
    assert "Approve" not in ana.html()
    assert "Approve" in ben.html()
    assert state(ana) == (Approval.WAITING, False)
    assert ben.say("approve").status_code == 200
    assert "Approved by Ben" in ana.html()
    assert state(ana) == (Approval.APPROVED, True)
    assert [(each.viewer, each.value, each.approved) for each in heard] == [("ana", 61.0, False), ("ana", 61.0, True)]
    [row] = world.audited("review.approved")
    assert (row["viewer"], row["reviewer"], row["verdict"], row["value"]) == ("ben", "ana", "overridden", 61.0)


def test_a_badge_shows_no_override_that_waits(world: World) -> None:
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    token = world.element_token(sub="cem", locale="en")

    def marked() -> bool:
        html = world.batch(token, [f"score-badge {LEAD} -"]).json["fragments"][0]["html"]
        return "a reviewer set it to 61" in html

    ana.override(61)
    waits = marked()
    ben.say("approve")
    assert (waits, marked()) == (False, True)


def test_what_is_not_asked_for_waits_for_nobody(world: World) -> None:
    ana = person(world, "ana", "Ana")
    ana.say("accept")
    assert state(ana) == (Approval.NONE, True)
    refused(person(world, "ben").say("approve"), "review-refused")


def test_somebody_else_may_decline_and_then_it_never_counts(world: World) -> None:
    ana, ben, cem = (person(world, each, each.title()) for each in ("ana", "ben", "cem"))
    heard: list[ReviewChange] = []
    ana.override(61)
    world.parts.reviews._listeners = (lambda _, change: heard.append(change),)
    assert ben.say("decline").status_code == 200
    assert "Declined by Ben" in ana.html()
    assert state(ana) == (Approval.DECLINED, False)
    refused(cem.say("approve"), "review-refused")
    assert [each.verdict for each in heard] == [None]


def test_not_in_another_session(world: World) -> None:
    person(world, "ana", "Ana").override(61)
    refused(person(world, "ana", "Somebody else").say("approve"))
    refused(person(world, "ana", "Somebody else").say("decline"))
    assert len(world.audited("review.refused")) == 2


def test_not_by_the_frame_and_the_element(world: World) -> None:
    """One viewer, in both forms that a host may show us in."""
    ana = person(world, "ana", "Ana")
    ana.override(61)
    proof = world.token(sub="ana", component="score-card", record=[LEAD], locale="en")
    page = world.client.post("/launch/acme-pages?component=score-card", data={"token": proof})
    assert page.status_code == 200, page.text
    token = (
        page.text.partition('"token": "')[2].partition('"')[0] or page.text.partition('"token":"')[2].partition('"')[0]
    )
    refused(Person(world, token, element=False).say("approve"))


def test_not_by_undoing_and_doing_it_again(world: World) -> None:
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    ana.override(61)
    ben.say("approve")
    ana.say("undo")
    ana.override(61)
    assert state(ana) == (Approval.WAITING, False)  # what Ben approved was another
    refused(ana.say("approve"))
    ana.override(40)
    assert state(ana) == (Approval.WAITING, False)


def test_what_waited_before_waits_again_after_an_undo_and_is_told_to_nobody(world: World) -> None:
    ana, ben, cem = (person(world, each, each.title()) for each in ("ana", "ben", "cem"))
    ana.override(61)
    seen = cem.seen()
    ben.say("accept")
    heard: list[ReviewChange] = []
    world.parts.reviews._listeners = (lambda _, change: heard.append(change),)
    ben.say("undo")
    assert [(each.verdict, each.viewer, each.approved) for each in heard] == [
        (None, "ben", True), (Verdict.OVERRIDDEN, "ana", False),
    ]  # fmt: skip
    assert heard[0].version < heard[1].version
    assert state(ana) == (Approval.WAITING, False)
    refused(ana.say("approve"))
    assert cem.say("approve", seen).status_code == 409
    assert cem.say("approve").status_code == 200


def test_what_was_declined_before_is_no_verdict_after_an_undo(world: World) -> None:
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    ana.override(61)
    ben.say("decline")
    ben.say("accept")
    heard: list[ReviewChange] = []
    world.parts.reviews._listeners = (lambda _, change: heard.append(change),)
    ben.say("undo")
    assert [(each.verdict, each.viewer) for each in heard] == [(None, "ben")]
    assert "Declined by Ben" in ana.html()


def test_an_approval_is_of_what_was_seen(world: World) -> None:
    """Ben saw 61; Ana changed it to 4 before he pressed."""
    ana, ben = person(world, "ana", "Ana"), person(world, "ben", "Ben")
    ana.override(61)
    seen = ben.seen()
    ana.override(4)
    assert ben.say("approve", seen).status_code == 409
    assert state(ana) == (Approval.WAITING, False)


def test_not_through_another_decision_of_the_record(world: World) -> None:
    """A form may name the score before; it is the same review."""
    ana = person(world, "ana", "Ana")
    old = ana.seen()["decision"]
    ana.override(61)
    world.core.score = 33.0
    world.event(LEAD)
    world.run_jobs()
    world.parts.epochs.look()
    assert ana.seen()["decision"] != old
    refused(ana.say("approve", {**ana.seen(), "decision": old}))


def test_not_through_another_connection_that_reads_the_same_records(world: World) -> None:
    """Nobody knows what a viewer of one is called in the other: it must be approved where it was given."""
    ana, zoe = person(world, "ana", "Ana"), framed(world)
    ana.override(61)
    assert "Approve" not in zoe.html()
    refused(zoe.say("approve"), "approve-elsewhere")


def test_not_by_another_spelling_of_oneself(world: World) -> None:
    person(world, "ana@acme.example", "Ana").override(61)
    refused(person(world, "Ana@Acme.example", "Ana").say("approve"))
    assert same_person("\u212b", "\u00e5")
    assert not same_person("ana", "anna")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Shelf]:
    """A library whose viewers come from one directory, through three applications."""
    with shelf(tmp_path, {CONTRACT: File()}) as made:
        settings = made.world.settings
        named = {
            name: replace(each, second_person=("override",)) if each.tenants else each
            for name, each in settings.connections.items()
        }
        with running(replace(settings, connections=named), made.world.clock) as (parts, runner):
            made.world = replace(made.world, parts=parts, runner=runner, client=create_app(parts).test_client())
            yield made


def test_not_as_a_guest_of_another_tenant(stage: Shelf) -> None:
    """Whoever is a member of one tenant and a guest of another has a subject in each."""
    ana = stage.session()
    through = stage.world.parts.connections.get(ana.connection)
    named = (through.source, "contract_review", "document", "1", "item", "decision")
    row = Row(*named, Verdict.OVERRIDDEN, "low", "", ana.viewer.subject, b"", 0.0, approval=Approval.WAITING)

    def by(subject: str) -> Session:
        return replace(ana, viewer=replace(ana.viewer, subject=subject))

    home, guest = by(f"ben.{ana.viewer.subject.rpartition('.')[2]}"), by("ana-as-guest.another-tenant")
    require_second(row, home, through, through)
    with pytest.raises(ElsewhereOnly):
        require_second(row, guest, through, through)
    assert is_another(row, home, through, through)
    assert not is_another(row, guest, through, through)


def change_severity(
    stage: Shelf, verdict: str, viewer: str = "", component: str = "document-sidebar", **more: str
) -> Any:
    token = stage.token(viewer=viewer, component=component)
    stage.world.run_jobs()
    session = stage.world.parts.sessions.load(token)
    reading: Any = stage.world.parts.fragments.reading(session, "document-sidebar", Record.parse(CONTRACT))
    item = fingerprint(reading.analysis.findings[0])
    standing = reading.reviews.get(item)
    form = {
        "token": token, "component": "document-sidebar", "record": CONTRACT, "decision": reading.decision,
        "item": item, "verdict": verdict, "version": str(standing.version if standing else 0),
    }  # fmt: skip
    return stage.world.client.post("/reviews", data=form | more, headers={"Origin": PAGE})


def test_a_findings_severity_waits_too_and_not_for_the_same_person(stage: Shelf) -> None:
    ben = "11111111-aaaa-4bbb-8ccc-222222222222"
    assert change_severity(stage, "override", severity="low").status_code == 200
    [mine] = stage.read(stage.session())
    [review] = mine.reviews.values()
    assert (review.approval, review.holds, review.answerable) == (Approval.WAITING, False, False)
    refused(change_severity(stage, "approve"))
    assert change_severity(stage, "approve", viewer=ben).status_code == 200
    [now] = stage.read(stage.session())
    assert [each.holds for each in now.reviews.values()] == [True]
