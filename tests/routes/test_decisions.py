"""`GET /api/v1/decisions/<id>`: told to whoever may see the record, and to everybody else the same no."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.databases import migrated_url
from tests.hosts._proofs import GUEST
from tests.test_explanation import shown
from tests.world import LEAD, World
from tests.world import world as make_world

ORIGIN = GUEST["origins"][0]


def asked(world: World, token: str, decision: str, origin: str | None = ORIGIN) -> Any:
    heads = {"Authorization": f"Bearer {token}"} | ({"Origin": origin} if origin else {})
    return world.client.get(f"/api/v1/decisions/{decision}", headers=heads)


def test_a_score_is_explained_in_the_viewer_s_language(world: World) -> None:
    token, decision = shown(world)
    answer = asked(world, token, decision)
    assert answer.status_code == 200, answer.text
    told = answer.json
    assert (told["kind"], told["decision"], told["record"]) == ("score", decision, LEAD)
    assert (told["score"], told["meaning"], told["band"]) == (72.0, "probability", "high")
    assert told["meaning_text"] == "Das Modell schätzt die Chance auf 72\xa0%."
    assert told["inputs"] == {"activity": 3, "company_size": 250, "revenue": 1_000_000}
    assert told["factors"][1] == {
        "label": "Rich", "effect": -2, "direction": "down", "detail": "a million", "fields": ["revenue"],
    }  # fmt: skip
    assert told["model"] == {"name": "test-core", "version": "1"}
    assert told["freshness"]["is_fresh"] is True
    assert told["freshness"]["computed_at"] == "2026-11-23T12:00:00+00:00"
    assert (told["seen"]["times"], told["seen"]["viewers"], len(told["seen"]["by_you"])) == (1, 1, 1)
    assert told["reviews"] == []
    assert answer.headers["Cache-Control"] == "no-store"


def test_who_may_not_see_the_record_gets_one_answer_and_the_audit_has_which(world: World) -> None:
    token, decision = shown(world)
    other = world.element_token(records=["Lead/00QAB000009LeadAA2"], sub="nosy")
    carried = world.element_token(connection="acme-carried", features={LEAD: {"activity": 1}})
    tried = {
        "record-not-in-session": asked(world, other, decision),
        "decision-elsewhere": asked(world, carried, decision),
        "decision-unknown": asked(world, token, "0" * 32),
    }
    told = {answer.text.replace(answer.json["reference"], "") for answer in tried.values()}
    assert len(told) == 1
    assert {answer.status_code for answer in tried.values()} == {403}
    rows = world.audited("explanation.refused")
    assert [row["reason"] for row in rows] == list(tried)
    assert [row["reference"] for row in rows] == [answer.json["reference"] for answer in tried.values()]
    assert world.audited("decision.explained") == []


def test_what_one_launch_carried_is_told_to_nobody_who_was_not_shown_it(world: World) -> None:
    """Two viewers of one record, whose host says other things of it to each of them."""
    hers = world.element_token(connection="acme-carried", features={LEAD: {"activity": 9_999}}, sub="her")
    decision = world.audited("view.shown")[-1]["decision"]
    his = world.element_token(connection="acme-carried", features={LEAD: {"activity": 1}}, sub="him")
    assert asked(world, hers, decision).json["inputs"] == {"activity": 9_999}
    refused = asked(world, his, decision)
    assert (refused.status_code, "9999" in refused.text) == (403, False)
    assert world.audited("explanation.refused")[-1]["reason"] == "facts-of-another-launch"


def test_whoever_brought_their_own_facts_of_a_record_is_told_no_other_facts_of_it(world: World) -> None:
    """Their launch says what they may see: what it carried, and nothing else."""
    _, decision = shown(world, sub="her")
    his = world.element_token(features={LEAD: {"activity": 1}}, sub="him", fields=None)
    own = world.audited("view.shown")[-1]["decision"]
    assert asked(world, his, own).json["inputs"] == {"activity": 1}
    refused = asked(world, his, decision)
    assert (refused.status_code, "1000000" in refused.text) == (403, False)
    assert world.audited("explanation.refused")[-1]["reason"] == "facts-of-another-launch"


def test_what_can_be_no_decision_is_refused_as_one_that_is_none(tmp_path: Path) -> None:
    """A database refuses some characters, which must not be another answer."""
    with migrated_url("postgres", tmp_path) as url, make_world(tmp_path, store=url) as world:
        token, _ = shown(world)
        for named in ("%00", "%ED%A0%80", "a%20b"):
            assert asked(world, token, named).status_code == 403, named
        assert {row["reason"] for row in world.audited("explanation.refused")} == {"decision-unknown"}


def test_a_session_s_token_counts_from_its_own_origin_only(world: World) -> None:
    token, decision = shown(world)
    assert asked(world, token, decision, "https://evil.example").status_code == 401
    assert asked(world, token, decision, None).status_code == 401
    assert asked(world, "nothing", decision).status_code == 401


def test_a_host_that_no_longer_lets_its_viewer_see_the_record_closes_it(world: World) -> None:
    token = world.frame_token()
    decision = world.audited("view.shown")[-1]["decision"]
    assert asked(world, token, decision, None).status_code == 200
    world.api.blind.add("zoe")
    world.clock.now += 400
    assert asked(world, token, decision, None).status_code == 403
    assert world.audited("explanation.refused")[-1]["reason"] == "host-says-no"


def test_nobody_is_told_without_a_row(world: World) -> None:
    token, decision = shown(world)
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit WHEN NEW.event = 'decision.explained' "
            "BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END"
        )
    answer = asked(world, token, decision)
    assert answer.status_code >= 500
    assert "Active" not in answer.text


def test_a_script_of_a_page_may_ask(world: World) -> None:
    answer = world.client.options("/api/v1/decisions/x", headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
