"""Decisions: declared features only, stored with their audit row or not at all, failures by reference."""

from __future__ import annotations

import pytest

from app.scoring.decisions import FAILURE_KEPT_S, FRESH_SPREAD, carried_hash, features_hash
from tests.core import server as core
from tests.world import FEATURES, LEAD, World


def test_the_core_is_told_the_declared_features_and_whose_they_are(world: World) -> None:
    world.api.rows[LEAD.partition("/")[2]]["Phone"] = "secret"
    world.frame_token()
    [item] = world.core.requests[0][1]["items"]
    assert item["features"] == FEATURES
    assert item["subject"] == {"type": "Lead", "id": LEAD.partition("/")[2], "connection": "acme"}
    assert (item["capability"], item["purpose"]) == ("lead_score", "panel")


def test_a_decision_its_snapshot_and_its_audit_row(world: World) -> None:
    world.frame_token()
    [row] = world.audited("answer.given")
    assert (row["value"], row["model"], row["version"], row["capability"]) == (
        72,
        "test-core",
        "1",
        "lead_score",
    )
    assert row["features_hash"] == features_hash(FEATURES)
    with world.parts.database.read() as conn:
        stored = conn.exec_driver_sql("SELECT id, snapshot FROM scores").one()
    assert stored.id == row["decision"]
    assert b"company_size" not in stored.snapshot


def test_no_score_without_its_audit_row(world: World) -> None:
    token = world.element_token(records=[])
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql(
            "CREATE TRIGGER no_answers BEFORE INSERT ON audit WHEN NEW.event = 'answer.given' "
            "BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END"
        )
    answer = world.batch(token, [f"score-badge {LEAD} -"])
    assert "von 100" not in answer.text
    with world.parts.database.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM scores").scalar_one() == 0


def test_a_record_that_cannot_be_read_fails_alone(world: World) -> None:
    missing = "Lead/00QAB000009LeadAA2"
    fragments = world.exchange(records=[LEAD, missing]).json["fragments"]
    assert [each["state"] for each in fragments] == ["ready", "unavailable"]
    assert world.audited("host.failed")[0]["reason"] == "record-not-readable"


def test_a_host_that_cannot_be_read_asks_no_core(world: World) -> None:
    world.api.status = 500
    assert world.exchange().json["fragments"][0]["state"] == "unavailable"
    assert world.core.asked == 0
    assert world.audited("host.failed")[0]["reason"] == "host-status-500"


def test_a_failure_is_not_asked_again_for_seconds(world: World) -> None:
    world.core.behave(core.status(401))
    token = world.element_token()
    asked = world.core.asked
    first = world.batch(token, [f"score-card {LEAD} -"]).text
    assert world.batch(token, [f"score-card {LEAD} -"]).text == first
    assert world.core.asked == asked
    world.core.behave()
    world.clock.now += FAILURE_KEPT_S
    assert world.batch(token, [f"score-badge {LEAD} -"]).json["fragments"][0]["state"] == "ready"


def test_what_was_asked_together_is_not_asked_again_together(world: World) -> None:
    ids = [f"00QAB0000{n:06d}AAA" for n in range(200)]
    world.api.rows |= dict.fromkeys(ids, FEATURES)
    world.exchange(records=[f"Lead/{each}" for each in ids])
    with world.parts.database.read() as conn:
        until = conn.exec_driver_sql("SELECT valid_until - created_at FROM scores").scalars().all()
    assert len(until) == 200
    assert (1 - FRESH_SPREAD) * 900 <= min(until) < max(until) <= 900
    assert max(until) - min(until) > 45  # half of what they may differ by


@pytest.mark.parametrize("other", [{"a": 1, "b": "2"}, {"a": 1}, {"a": 1, "b": None}])
def test_a_hash_names_the_features_whatever_their_order(other: dict[str, object]) -> None:
    assert features_hash({"b": 2, "a": 1}) == features_hash({"a": 1, "b": 2}) != features_hash(other)
    assert carried_hash({"a": 1}) != features_hash({"a": 1})


def test_a_reason_of_an_unknown_field_is_hidden_from_whom_anything_is_hidden(world: World) -> None:
    """A core may know a field by another name than we sent it under."""
    named = [["AnnualRevenue"], ["Revenue", "activity"], ["activity"]]
    world.core.changes = {
        "factors": [{"label": f"Reason {n}", "effect": 9 - n, "fields": fields} for n, fields in enumerate(named)]
    }
    [some] = world.exchange(component="score-card", fields=["activity"]).json["fragments"]
    assert [f"Reason {n}" in some["html"] for n in range(3)] == [False, False, True]
    [whole] = world.exchange(component="score-card").json["fragments"]
    assert [f"Reason {n}" in whole["html"] for n in range(3)] == [True, True, True]
