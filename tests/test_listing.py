"""Lists: which records they are about, that nothing of others shows, and that what is missing is said."""

from __future__ import annotations

from typing import Any

import pytest

from app.answer import Answer, State
from app.core.lately import scored_lately
from app.launch import LISTED, Record
from app.listing import listing
from tests.routes.lists import LEADS, home, many, shown
from tests.views.cast import READY
from tests.world import World


def test_a_home_page_lists_what_was_scored_and_the_viewer_may_see(world: World) -> None:
    many(world, 12)
    world.api.only["sam"] = {LEADS[2], LEADS[7]}
    world.frame_token()  # scores are made by who looks at a record
    for each in LEADS[:12]:
        world.badge(world.frame_token(**{"context.environment.parameters": {"recordId": each}}))
    page = shown(home(world, token="sam"))
    assert {row["record"] for row in page.rows} == {f"Lead/{LEADS[2]}", f"Lead/{LEADS[7]}"}
    assert not any(each in page.html for each in LEADS[:12] if each not in {LEADS[2], LEADS[7]})
    assert "cannot see" not in page.html  # not even that there are others


def test_who_may_see_none_of_them_is_told_no_more_than_where_there_are_none(world: World) -> None:
    nothing = shown(home(world, token="alex"))
    many(world, 3)
    world.badge(world.frame_token(**{"context.environment.parameters": {"recordId": LEADS[0]}}))
    world.api.blind.add("alex")
    after = shown(home(world, token="alex"))
    assert (nothing.html, nothing.state) == (after.html, "empty")


def test_a_host_that_is_away_is_said_and_no_half_list_is_shown(world: World) -> None:
    many(world, 3)
    world.badge(world.frame_token(**{"context.environment.parameters": {"recordId": LEADS[0]}}))
    assert shown(home(world)).state == "ready"
    world.api.status = 500
    assert shown(home(world)).state == "unavailable"


def test_the_host_is_asked_once_however_often_the_list_is_looked_at(world: World) -> None:
    many(world, 3)
    world.badge(world.frame_token(**{"context.environment.parameters": {"recordId": LEADS[0]}}))
    page = home(world)
    assert len(shown(page).rows) == 1
    before = world.api.calls.count("access")
    for _ in range(5):
        world.clock.now += 20
        assert shown(page, world).state in ("ready", "stale")
    assert world.api.calls.count("access") == before


def test_a_card_of_a_row_is_asked_of_the_host_like_any_other(world: World) -> None:
    many(world, 3)
    world.api.only["sam"] = {LEADS[1]}
    world.badge(world.frame_token(**{"context.environment.parameters": {"recordId": LEADS[1]}}))
    token = shown(home(world, token="sam")).token
    assert world.badge(token, f"Lead/{LEADS[1]}", "score-card").status_code == 200
    assert world.badge(token, f"Lead/{LEADS[0]}", "score-card").status_code == 403
    badge = world.frame_token()  # which is of one record, and of no other
    assert world.badge(badge, f"Lead/{LEADS[1]}").status_code == 403


def test_a_page_names_its_records_and_what_they_are_called(world: World) -> None:
    many(world, 3)
    records = [f"Lead/{each}" for each in LEADS[:3]]
    told = world.exchange(records, component="score-list", names={records[1]: "Ada <Okafor>"}).json
    [fragment] = told["fragments"]
    assert (fragment["record"], fragment["state"]) == (str(LISTED), "ready")
    assert "Ada &lt;Okafor&gt;" in fragment["html"]
    assert all(each in fragment["html"] for each in records)
    assert len(world.audited("view.shown")) == 3
    assert {row["component"] for row in world.audited("view.shown")} == {"score-list"}


def test_names_of_other_records_are_refused(world: World) -> None:
    answer = world.exchange([f"Lead/{LEADS[0]}"], component="score-list", names={"Lead/other": "x"})
    assert answer.status_code == 400
    assert world.audited("launch.refused")[-1]["reason"] == "record-mismatch"


def test_some_that_may_not_be_seen_are_counted_and_never_named(world: World) -> None:
    """Of records that the page itself named: two leads of a list that the host does not let this viewer see."""
    many(world, 4)
    world.api.only["zoe"] = {LEADS[0], LEADS[1]}
    answers = {Record("Lead", each): Answer(State.DENIED, "") for each in LEADS[2:4]}
    told = listing({Record("Lead", LEADS[0]): READY, **answers}, {})
    assert (told.state, told.denied, [row.record.id for row in told.rows]) == (State.READY, 2, [LEADS[0]])


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ([State.PENDING, State.READY, State.DENIED], State.READY),
        ([State.PENDING, State.STALE], State.STALE),
        ([State.UNAVAILABLE, State.PENDING], State.PENDING),
        ([State.UNAVAILABLE, State.EMPTY], State.UNAVAILABLE),
        ([State.DENIED, State.DENIED], State.DENIED),
        ([State.DENIED, State.EMPTY], State.EMPTY),
        ([], State.EMPTY),
    ],
)
def test_the_best_that_there_is_to_show(states: list[State], state: State) -> None:
    answers: dict[Record, Any] = {Record("Lead", str(n)): Answer(each, "") for n, each in enumerate(states)}
    assert listing(answers, {}).state is state


def test_a_list_is_asked_for_again_as_soon_as_one_of_its_rows_must_be() -> None:
    fresh, pending = READY, Answer(State.PENDING, "lead_score")
    assert listing({Record("Lead", "1"): fresh, Record("Lead", "2"): pending}, {}).until == 0.0


def test_scored_last_are_each_once_the_newest_first_and_of_one_connection(world: World) -> None:
    many(world, 5)
    for each in (*LEADS[:5], LEADS[1]):
        world.event(f"Lead/{each}")  # so that it is scored anew
        world.parts.epochs.look()
        world.badge(world.frame_token(**{"context.environment.parameters": {"recordId": each}}))
        world.clock.now += 1
    found = scored_lately(world.parts.database, "acme", "lead_score", 3)
    assert [each.id for each in found] == [LEADS[1], LEADS[4], LEADS[3]]
    assert scored_lately(world.parts.database, "acme-pages", "lead_score", 3) == []
