"""Scores for viewers: fresh, else stale and saying so, else pending; one call however many look."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.db import gate
from tests import services
from tests.core import server as core
from tests.world import LEAD, World
from tests.world import world as make_world


def many(world: World, count: int) -> list[str]:
    """So many leads at the host."""
    ids = [f"00QAB0000{n:06d}AAA" for n in range(count)]
    world.api.rows |= {each: {"activity": 1, "company_size": 2, "AnnualRevenue": 3} for each in ids}
    return [f"Lead/{each}" for each in ids]


def state(answer: Any) -> str:
    return str(answer.headers["Inlay-State"])


def first_state(world: World, token: str) -> str:
    """What an element is told of the lead; asks again, as elements do, when this machine is too busy for its body."""
    while (answer := world.batch(token, [f"score-badge {LEAD} -"])).status_code == 503:
        assert answer.json["code"] == "busy", answer.text
    return str(answer.json["fragments"][0]["state"])


def settle(world: World, token: str, wanted: str, record: str = LEAD) -> Any:
    """Ask as a panel does, until the wanted state comes."""
    for _ in range(100):
        answer = world.badge(token, record)
        if state(answer) == wanted:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"{state(answer)}, never {wanted}")


@pytest.fixture
def hasty(tmp_path: Any) -> Iterator[World]:
    """A world whose viewers wait for 50 ms only."""
    with make_world(tmp_path, wait="50ms", deadline="5s") as made:
        yield made


def held(gate: threading.Event) -> core.Behaviour:
    """A core that answers when it is told to."""

    def behave(asked: core.Core, handler: core.Handler, body: bytes) -> None:
        gate.wait(4)
        core.well(asked, handler, body)

    return behave


def test_many_views_are_one_question(world: World) -> None:
    tokens = [world.frame_token(user=f"005AB00000{n}ZzZzYAK", token=f"t{n}") for n in range(3)]
    for token in tokens * 3:
        assert state(world.badge(token)) == "ready"
    assert world.core.asked == 1
    assert world.api.calls.count("read") == 1
    assert len(world.audited("answer.given")) == 1
    assert len(world.audited("view.shown")) == 3


def test_a_restart_finds_the_stored_score(world: World) -> None:
    world.frame_token()
    with world.another() as restarted:
        assert state(restarted.badge(restarted.frame_token())) == "ready"
    assert world.core.asked == 1


def test_500_at_once_are_one_question(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "STILL_S", gate.WAIT_S)  # a machine that does other things too is no database that hangs
    token = world.element_token(records=[], record=[LEAD])
    world.core.behave(core.slow(0.2))

    def look(_: int) -> str:
        return first_state(world, token)

    with ThreadPoolExecutor(16) as threads:  # twice those of a worker
        states = list(threads.map(look, range(500)))
    assert set(states) == {"ready"}
    assert (world.core.asked, world.api.calls.count("read")) == (1, 1)
    assert len(world.audited("answer.given")) == 1


def test_200_records_are_one_read_and_one_question(world: World) -> None:
    records = many(world, 200)
    answer = world.exchange(records=records)
    assert {each["state"] for each in answer.json["fragments"]} == {"ready"}
    assert [each["record"] for each in answer.json["fragments"]] == records
    assert (world.core.asked, world.api.calls.count("read")) == (1, 1)
    assert len(world.audited("answer.given")) == len(world.audited("view.shown")) == 200


def test_an_aged_score_is_shown_as_stale_and_renewed_meanwhile(hasty: World) -> None:
    token = hasty.frame_token()
    settle(hasty, token, "ready")
    hasty.clock.now += 901
    hasty.core.score = 40
    gate = threading.Event()
    hasty.core.behave(held(gate), times=1)
    token = hasty.frame_token()
    aged = hasty.badge(token)
    assert state(aged) == "stale"
    assert "<b>72</b>" in aged.text
    gate.set()
    assert "<b>40</b>" in settle(hasty, token, "ready").text


def test_a_slow_core_is_waited_for_a_moment_then_pending_then_there(hasty: World) -> None:
    gate = threading.Event()
    hasty.core.behave(held(gate))
    token = hasty.frame_token()  # comes back although the core has not answered
    assert state(hasty.badge(token)) == "pending"
    gate.set()
    settle(hasty, token, "ready")
    assert hasty.core.asked == 1


def test_a_core_that_takes_longer_than_its_deadline_is_down(tmp_path: Any) -> None:
    with make_world(tmp_path, wait="50ms", deadline="200ms") as world:
        world.core.behave(core.slow(1))
        settle(world, world.frame_token(), "unavailable")
        assert world.audited("core.failed")


@pytest.mark.parametrize("behaviour", [core.status(503), core.dropped, core.status(401)])
def test_a_core_that_is_down_is_unavailable_with_a_reference(hasty: World, behaviour: core.Behaviour) -> None:
    hasty.core.behave(behaviour)
    token = hasty.frame_token()
    assert settle(hasty, token, "unavailable").status_code == 503
    answer = hasty.badge(token, component="score-card")
    failures = hasty.audited("core.failed")
    assert failures
    assert failures[0]["reference"] in answer.text
    assert hasty.audited("view.shown") == []


def test_a_core_that_is_down_leaves_the_last_score_marked_stale(hasty: World) -> None:
    settle(hasty, hasty.frame_token(), "ready")
    hasty.core.behave(core.status(503))
    hasty.clock.now += 901
    token = hasty.frame_token()
    for _ in range(3):
        assert state(hasty.badge(token)) == "stale"
        time.sleep(0.05)
    hasty.clock.now += 86_400
    assert state(settle(hasty, hasty.frame_token(), "unavailable")) == "unavailable"  # too old to be shown


@pytest.mark.parametrize(
    ("behaviour", "path"),
    [
        (core.NAN, "$"),  # no JSON at all
        (core.OUT_OF_RANGE, "results[0].score"),
        (core.changed(score="72"), "results[0].score"),
        (core.LONG_LABEL, "results[0].factors[0].label"),
        (core.changed(meaning="luck"), "results[0].meaning"),
        (core.says({"results": []}), "results"),
        (core.says({"results": [core.good(), core.good()]}), "results"),
        (core.says([]), "$"),
        (core.HTML, None),
        (core.GARBAGE, None),
        (core.TOO_BIG, None),
    ],
)
def test_nonsense_is_refused_and_audited_with_its_place(
    world: World, behaviour: core.Behaviour, path: str | None
) -> None:
    world.core.behave(behaviour)
    answer = world.badge(world.frame_token())
    assert (answer.status_code, state(answer)) == (503, "unavailable")
    rows = (
        world.audited("core.refused")
        if path is not None
        else world.audited("core.refused") + world.audited("core.failed")
    )
    assert rows
    if path is not None:
        assert rows[0].get("path", "") == path
    assert world.audited("answer.given") == []
    assert "Asked for a demo" not in answer.text


def test_one_bad_answer_spoils_only_its_place(world: World) -> None:
    records = many(world, 3)
    bad = core.good(101)
    world.core.behave(core.says({"results": [core.good(10), bad, core.good(30)]}))
    fragments = world.exchange(records=records).json["fragments"]
    assert [each["state"] for each in fragments] == ["ready", "unavailable", "ready"]
    assert world.audited("core.refused")[0]["path"] == "results[1].score"


def test_markup_of_a_core_is_text(world: World) -> None:
    world.core.changes = {
        "factors": [
            {
                "label": "<script>alert(1)</script>",
                "effect": 3,
                "detail": "<img src=x>",
                "fields": ["activity"],
            }
        ],
        "model": {"name": "<b>m", "version": '"><i>'},
    }
    text = world.launch("score-card").text.partition("<main")[2]
    assert "&lt;script&gt;alert(1)" in text
    for tag in ("<script>alert", "<img", "<b>m", "<i>"):
        assert tag not in text.replace("<i></i>", "")


def test_too_little_is_known(world: World) -> None:
    error = {"code": "insufficient-features", "missing": ["activity", "revenue"], "detail": "x"}
    world.core.behave(core.says({"results": [{"error": error}]}))
    token = world.element_token(component="score-card")
    [card] = world.batch(token, [f"score-card {LEAD} -"]).json["fragments"]
    assert card["state"] == "empty"
    assert "activity" in card["html"]
    assert world.core.asked == 1  # remembered
    world.clock.now += 61
    world.core.behave()
    token = world.element_token(component="score-card")
    assert world.batch(token, [f"score-card {LEAD} -"]).json["fragments"][0]["state"] == "ready"


def test_a_record_of_no_capability_is_empty(world: World) -> None:
    token = world.element_token(records=["Case/1"])
    assert world.batch(token, ["score-badge Case/1 -"]).json["fragments"][0]["state"] == "empty"
    assert world.core.asked == 0


def test_an_event_outdates_and_the_next_look_waits_for_the_new_score(world: World) -> None:
    token = world.frame_token()
    assert "<b>72</b>" in world.badge(token).text
    world.core.score = 31
    world.clock.now += 1
    assert world.event(LEAD).status_code == 202
    with world.another() as other:
        for each in (world, other):
            each.parts.epochs.look()
            answer = each.badge(token)
            assert (state(answer), "<b>31</b>" in answer.text) == ("ready", True)
    assert world.core.asked == 2


def test_a_change_during_a_flight_is_not_kept_as_fresh(hasty: World) -> None:
    gate = threading.Event()

    def old_answer(asked: core.Core, handler: core.Handler, body: bytes) -> None:
        gate.wait(4)
        core.says({"results": [core.good(72)]})(asked, handler, body)

    hasty.core.behave(old_answer, times=1)
    token = hasty.frame_token()
    assert hasty.event(LEAD).status_code == 202
    hasty.core.score = 31
    gate.set()
    assert "<b>31</b>" in settle(hasty, token, "ready").text


def test_a_record_that_was_filled_while_it_was_found_empty_is_asked_again(hasty: World) -> None:
    gate = threading.Event()

    def empty(asked: core.Core, handler: core.Handler, body: bytes) -> None:
        gate.wait(4)
        core.says({"results": [{"error": {"code": "insufficient-features"}}]})(asked, handler, body)

    hasty.core.behave(empty, times=1)
    token = hasty.frame_token()
    hasty.event(LEAD)
    hasty.parts.epochs.look()
    gate.set()
    settle(hasty, token, "ready")


def test_a_change_of_a_connection_that_only_others_know_harms_nobody(world: World) -> None:
    from_elsewhere = {
        "epoch": 1,
        "kind": "score",
        "connection": "rolled-out-elsewhere",
        "key": LEAD,
        "at": 1.0,
    }
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("UPDATE epoch SET value = value + 1")
        conn.exec_driver_sql(
            "INSERT INTO changes VALUES ((SELECT value FROM epoch), :kind, :connection, :key, :at)",
            from_elsewhere,
        )
    world.parts.epochs.look()
    assert state(world.badge(world.frame_token())) == "ready"


def test_too_much_work_is_busy_not_broken(tmp_path: Any) -> None:
    with make_world(tmp_path, wait="1ms", deadline="1s") as hasty:
        hasty.core.behave(core.slow(0.2))
        records = many(hasty, 80)
        token = hasty.element_token(records=[], record=records)
        states = [hasty.batch(token, [f"score-badge {each} -"]).json["fragments"][0]["state"] for each in records]
    assert set(states) <= {"pending", "ready", "unavailable"}
    assert "pending" in states


def test_a_database_that_is_away_leaves_what_has_aged_to_be_shown(hasty: World) -> None:
    settle(hasty, hasty.frame_token(), "ready")
    hasty.clock.now += 500
    token = hasty.frame_token()
    assert state(hasty.badge(token)) == "ready"  # who looks is audited
    hasty.clock.now += 450
    whole = hasty.parts.database.engine

    def gone(*_: Any) -> None:
        raise OperationalError("", None, Exception())

    event.listen(whole, "begin", gone)
    for _ in range(3):
        assert state(hasty.badge(token)) == "stale"
        hasty.parts.epochs.look()
    assert hasty.parts.epochs.away
    event.remove(whole, "begin", gone)
    hasty.parts.epochs.look()
    assert not hasty.parts.epochs.away


# --- several processes ---


def redis_hits(world: World) -> bool:
    """Whether a process that was just started finds the lead's score in Redis."""
    with world.another() as started:
        token = started.element_token()
        assert started.batch(token, [f"score-badge {LEAD} -"]).json["fragments"][0]["state"] == "ready"
        lines = started.parts.metrics.render()[0].decode().splitlines()
    return any(line.startswith("inlay_cache_total") and "redis" in line and "hit" in line for line in lines)


def test_redis_is_what_processes_share_and_a_change_reaches_them_all(tmp_path: Any) -> None:
    with make_world(tmp_path, redis=services.url(services.REDIS)) as world:
        token = world.frame_token()
        assert "<b>72</b>" in world.badge(token).text
        world.element_token()
        assert any(redis_hits(world) for _ in range(9))  # a busy machine may take longer than the 50 ms that we wait
        with world.another() as other:
            assert "<b>72</b>" in other.badge(token).text
            world.core.score = 31
            world.clock.now += 1
            world.event(LEAD)
            for each in (world, other):
                each.parts.epochs.look()
                assert "<b>31</b>" in each.badge(token).text
        with world.another() as started:
            assert "<b>31</b>" in started.badge(token).text


def test_a_redis_that_is_away_changes_no_answer(tmp_path: Any) -> None:
    with make_world(tmp_path, redis="redis://127.0.0.1:1/0") as world, world.another() as other:
        token = world.frame_token()
        assert (state(world.badge(token)), state(other.badge(token))) == ("ready", "ready")
        world.core.score = 31
        world.clock.now += 1
        world.event(LEAD)
        other.parts.epochs.look()
        assert "<b>31</b>" in other.badge(token).text
        assert world.core.asked == 2


# --- carried features ---


def carried(world: World, factor: str, **claims: Any) -> Any:
    world.core.changes = {"factors": [{"label": factor, "effect": 2, "fields": ["activity"]}]}
    features = {LEAD: {"activity": len(factor), "salary": "never declared"}}
    answer = world.exchange(
        connection="acme-carried", component="score-card", features=features, **({"fields": None} | claims)
    )
    return answer.json["fragments"][0]


def test_what_one_launch_carried_is_never_shown_to_another(world: World) -> None:
    first = carried(world, "The first reason")
    second = carried(world, "Another reason altogether", sub="another viewer")
    assert "The first reason" in first["html"]
    assert "Another reason" in second["html"]
    assert "The first reason" not in second["html"]
    again = carried(world, "The first reason")  # the same features: the same decision
    assert "The first reason" in again["html"]
    assert "Another" not in again["html"]
    assert world.core.asked == 2
    assert "salary" not in str(world.core.requests)


def test_what_one_launch_carried_is_not_the_score_of_those_that_carried_nothing(world: World) -> None:
    answer = world.exchange(features={LEAD: {"activity": 9}}, component="score-card", fields=None)
    assert answer.json["fragments"][0]["state"] == "ready"
    world.core.changes = {"factors": [{"label": "Read from the host", "effect": 2, "fields": ["activity"]}]}
    plain = world.exchange(component="score-card").json["fragments"][0]
    assert "Read from the host" in plain["html"]
    assert world.core.asked == 2


def test_carried_features_of_one_record_open_no_fields_of_another(world: World) -> None:
    [other] = many(world, 1)
    token = world.element_token(
        records=[],
        record=[LEAD, other],
        features={LEAD: {"activity": 9}},
        component="score-card",
        fields=None,
    )
    mine, read = world.batch(token, [f"score-card {LEAD} -", f"score-card {other} -"]).json["fragments"]
    assert "Asked for a demo" in mine["html"]
    assert read["state"] == "ready"
    assert "Asked for a demo" not in read["html"]


def test_a_launch_that_says_what_is_visible_is_believed_over_what_it_carried(world: World) -> None:
    hidden = carried(world, "A reason", fields=["company_size"])
    assert "A reason" not in hidden["html"]
    assert hidden["state"] == "ready"


def test_a_connection_that_can_read_nothing_says_what_it_would_need(world: World) -> None:
    answer = world.exchange(connection="acme-carried", component="score-card")
    [card] = answer.json["fragments"]
    assert card["state"] == "empty"
    assert world.core.asked == 0
    assert world.audited("host.failed") == []
