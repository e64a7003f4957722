"""Explaining a decision: what it was made from and why, to whom it may be told, and what of it to whom."""

from __future__ import annotations

import pytest

from app.audit.decisions import looked, trail
from app.errors import NotFound
from tests.core.server import good
from tests.world import LEAD, World

REASONS = [
    {"label": "Active", "effect": 9.5, "direction": "up", "fields": ["activity"]},
    {"label": "Rich", "effect": -2, "direction": "down", "detail": "a million", "fields": ["revenue"]},
]


def shown(world: World, **said: object) -> tuple[str, str]:
    """A session that was shown a decision: its token, and the decision."""
    world.core.changes = good(factors=REASONS)
    token = world.element_token(component="score-card", **said)
    return token, world.audited("view.shown")[-1]["decision"]


def test_all_of_a_score_is_told_to_whom_may_know_all(world: World) -> None:
    _, decision = shown(world)
    told = world.parts.explanations.of(decision)
    assert (told.connection, told.record, told.capability, told.title) == (
        "acme-pages",
        LEAD,
        "lead_score",
        "Lead score",
    )
    assert told.inputs == {"activity": 3, "company_size": 250, "revenue": 1_000_000}
    assert told.score is not None
    assert [(each.label, each.effect) for each in told.score.factors] == [("Active", 9.5), ("Rich", -2)]
    assert (told.model, told.band, told.is_fresh) == (("test-core", "1"), "high", True)
    assert [(look.viewer, look.component) for look in told.looks] == [("u-17", "score-card")]
    assert (told.viewers, told.looks_in_all, told.said) == (1, 1, ())
    world.clock.now += 3600
    assert not world.parts.explanations.of(decision).is_fresh


def test_a_viewer_is_told_what_they_may_see_and_no_other_viewer_s_name(world: World) -> None:
    _, decision = shown(world, sub="somebody-else")
    token, again = shown(world, fields=["activity", "company_size"])
    assert again == decision
    session = world.parts.sessions.load(token)
    told = world.parts.explanations.for_viewer(session, decision)
    assert told.inputs == {"activity": 3, "company_size": 250}
    assert told.score is not None
    assert [each.label for each in told.score.factors] == ["Active"]
    assert (told.hidden_fields, told.hidden_factors) == (1, 1)
    assert [look.viewer for look in told.looks] == ["u-17"]
    assert (told.viewers, told.looks_in_all) == (2, 2)
    [row] = world.audited("decision.explained")
    assert (row["viewer"], row["session"], row["decision"], row["how"]) == ("u-17", session.id, decision, "json")


def test_nobody_is_told_of_nothing(world: World) -> None:
    with pytest.raises(NotFound):
        world.parts.explanations.of("0" * 32)


def test_what_the_audit_has_of_one_decision_is_found_by_its_index(world: World) -> None:
    _, decision = shown(world)
    shown(world)
    found = trail(world.parts.database, decision)
    assert found.given is not None
    assert (found.given.event, found.looks_in_all, found.viewers) == ("answer.given", 2, 1)
    assert looked(world.parts.database, decision, "acme-pages", "u-17") == {LEAD}
    assert looked(world.parts.database, decision, "acme", "u-17") == frozenset()
    with world.parts.database.read() as conn:
        plan = conn.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM audit WHERE decision = 'x' AND event = 'view.shown' ORDER BY seq LIMIT 9"
        ).all()
    assert any("audit_decision" in row[-1] for row in plan), plan
