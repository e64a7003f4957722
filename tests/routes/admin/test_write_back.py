"""The page of write-backs: what is parked and why, in the host's words as text; replayed or left by who may."""

from __future__ import annotations

from typing import Any

from app.admins import Role
from app.keys.subjects import Sealing
from app.review.write_back import rows as write_backs
from app.review.write_back.plan import Kept
from app.review.write_back.rows import CONFLICT, REFUSED, Place
from tests.routes.admin._browser import AdminPages, words
from tests.world import LEAD, World

PATH = "/admin/connections/acme/write-back"
PLACE = Place("acme", "lead_score", *LEAD.split("/"))
TICKED = f"lead_score|{LEAD}"


def parked(world: World, state: str, why: str, said: str = "", place: Place = PLACE) -> None:
    p = world.parts
    kept = Kept(words=said, fields=("AI_Score__c",))
    sealed = p.subject_keys.seal_all([Sealing("acme", place.record, kept.written_down(), place.context)])
    with p.database.begin() as conn:
        write_backs.wish(conn, place, world.clock.now, cause="review", viewer="zoe")
        row = write_backs.find(conn, place)
        assert row is not None
        write_backs.take(conn, place, "me", world.clock.now, world.clock.now + 9)
        write_backs.settle(conn, row, "me", state, why, world.clock.now, sealed[0])


def state(world: World, place: Place = PLACE) -> tuple[str, int]:
    with world.parts.database.read() as conn:
        row = write_backs.find(conn, place)
    assert row is not None
    return row.state, row.forced


def test_it_says_why_and_whose_mend_it_is(world: World) -> None:
    parked(world, REFUSED, "rule", "Frozen <b>until</b> Monday")
    page = AdminPages(world, Role.CONNECTION_ADMIN).get(PATH)
    text = words(page)
    assert "A rule of the host" in text
    assert "Whoever wrote the rule" in text
    assert "Frozen &lt;b&gt;until&lt;/b&gt; Monday" in page.text
    assert LEAD in text
    assert "Waiting 0 Refused 1 Changed by hand 0 Written 0" in text


def test_what_is_ticked_is_tried_again(world: World) -> None:
    parked(world, REFUSED, "permission")
    ada = AdminPages(world, Role.CONNECTION_ADMIN)
    answer = ada.post(f"{PATH}/replay", {"place": [TICKED]})
    assert answer.headers["Location"] == f"{PATH}?done=replayed&n=1"
    assert "1 record is tried again." in words(ada.get(answer.headers["Location"]))
    assert state(world) == ("queued", 0)
    [row] = world.audited("writeback.replayed")
    assert (row["admin"], row["records"], row["record"]) == ("Ada", 1, LEAD)


def test_all_that_was_refused_is_tried_again_and_nothing_else(world: World) -> None:
    other = Place("acme", "lead_score", "Lead", "00QAB000004LeadAA2")
    parked(world, REFUSED, "permission")
    parked(world, CONFLICT, "by-hand", place=other)
    AdminPages(world).post(f"{PATH}/replay", {"all": "refused"})
    assert (state(world)[0], state(world, other)[0]) == ("queued", "conflict")
    AdminPages(world).post(f"{PATH}/replay", {"place": [f"lead_score|{other.record}"]})
    assert state(world, other) == ("queued", 1)


def test_a_record_is_left_as_it_is(world: World) -> None:
    parked(world, CONFLICT, "by-hand")
    AdminPages(world).post(f"{PATH}/leave", {"place": [TICKED]})
    assert state(world) == ("left", 0)
    assert len(world.audited("writeback.left")) == 1


def test_what_is_not_clear_does_nothing(world: World) -> None:
    parked(world, REFUSED, "rule")
    forms: list[dict[str, Any]] = [{}, {"place": ["x"]}, {"place": ["lead_score|nonsense"]}]
    for form in forms:
        assert AdminPages(world).post(f"{PATH}/leave", form).status_code == 400
    assert AdminPages(world).post(f"{PATH}/replay", {}).status_code == 400
    assert state(world) == ("refused", 0)


def test_who_may_only_watch_reads_and_does_nothing(world: World) -> None:
    parked(world, REFUSED, "rule", "words of the host's")
    page = AdminPages(world, Role.AUDITOR).get(PATH)
    assert LEAD in page.text
    assert "checkbox" not in page.text
    assert AdminPages(world, Role.AUDITOR).post(f"{PATH}/replay", {"place": [TICKED]}).status_code == 403
    assert AdminPages(world, Role.DESIGNER).get(PATH).status_code == 403
