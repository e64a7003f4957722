"""Decisions: declared features only, stored with their audit row or not at all, failures by reference."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from app.application import create_app
from app.config import CoreSettings
from app.core.arms import arm_of
from app.launch import Record
from app.scoring.decisions import FAILURE_KEPT_S, FRESH_SPREAD, carried_hash, features_hash
from tests.core import server as core
from tests.world import FEATURES, LEAD, World, running


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


LEADS = [f"Lead/00QCN{n:010}AA2" for n in range(40)]


@contextmanager
def canary(world: World, percent: int, core_: core.Core) -> Iterator[World]:
    """The same world, a share of whose leads another core answers for."""
    kind, _, _ = LEADS[0].partition("/")
    world.api.rows |= {each.partition("/")[2]: world.api.rows[LEAD.partition("/")[2]] for each in LEADS}
    told = replace(world.settings.capabilities["lead_score"], canary="next", canary_percent=percent, records=(kind,))
    settings = replace(
        world.settings,
        cores={**world.settings.cores, "next": CoreSettings(name="next", url=core_.url)},
        capabilities={"lead_score": told},
    )
    with running(settings, world.clock) as (parts, runner):
        client = create_app(parts).test_client()
        yield replace(world, settings=settings, parts=parts, runner=runner, client=client)


def test_a_canary_answers_for_its_share_and_the_audit_says_which(world: World) -> None:
    with core.core_server() as newer, canary(world, 30, newer) as here:
        newer.score = 11.0
        newer.changes = {"model": {"name": "test-core", "version": "2"}}
        fragments = here.exchange(records=LEADS).json["fragments"]
        capability = here.settings.capabilities["lead_score"]
        mine = {each for each in LEADS if arm_of(capability, Record("Lead", each.partition("/")[2]))}
        assert 5 < len(mine) < 20
        assert {each["state"] for each in fragments} == {"ready"}, here.audited("host.failed")
        rows = here.audited("answer.given")
        assert {row["record"] for row in rows if row.get("arm") == "next"} == mine
        assert {(row.get("arm"), row["value"], row["version"]) for row in rows} == {("next", 11, "2"), (None, 72, "1")}
        assert [len(body["items"]) for _, body, _ in newer.requests] == [len(mine)]  # one question to each
        assert [len(body["items"]) for _, body, _ in here.core.requests] == [len(LEADS) - len(mine)]
        said = here.client.get("/metrics").text
        assert f'inlay_core_answers_total{{capability="lead_score",core="next",outcome="scored"}} {len(mine)}' in said
        here.exchange(records=LEADS)
        assert (newer.asked, here.core.asked) == (1, 1)  # remembered, each by its arm


def test_a_canary_that_fails_takes_nobody_else_down(world: World) -> None:
    with core.core_server() as newer, canary(world, 30, newer) as here:
        newer.behave(core.HTML)
        fragments = here.exchange(records=LEADS).json["fragments"]
        capability = here.settings.capabilities["lead_score"]
        away = [each for each in LEADS if arm_of(capability, Record("Lead", each.partition("/")[2]))]
        assert [each["record"] for each in fragments if each["state"] != "ready"] == away
        [row] = here.audited("core.refused")
        assert row["records"] == len(away)
