"""Events by HTTP: each refusal with its reason in the audit, and one answer for all strangers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.figures.names import became
from tests.world import EVENT_SECRET, LEAD, World

BAND = "high"  # of what the core of the tests answers
OTHER_SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"


def test_an_event_outdates_for_all_that_read_through_the_connection(world: World) -> None:
    world.looked_at()
    answer = world.event(LEAD, "Case/1")
    assert (answer.status_code, answer.json) == (202, {"records": 2})
    [row] = world.audited("event.accepted")
    assert (row["connection"], row["records"]) == ("acme", 2)
    with world.parts.database.read() as conn:
        changes = conn.exec_driver_sql("SELECT connection, key FROM changes WHERE kind = 'score' ORDER BY 1, 2").all()
        jobs = conn.exec_driver_sql("SELECT payload FROM jobs").scalars().all()
    assert changes == [(name, key) for name in ("acme", "acme-pages") for key in ("Case/1", LEAD)]
    assert len(jobs) == 2  # of the lead, for both; nobody scores cases


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"secret": OTHER_SECRET}, 403, "event-signature-wrong"),
        ({"at": -301}, 403, "event-time-wrong"),
        ({"at": 301}, 403, "event-time-wrong"),
        ({"name": "x" * 129}, 403, "event-headers-missing"),
        ({"data": b'{"type": "record.changed"}'}, 403, "event-signature-wrong"),
        ({"data": b"x" * 1_000_000}, 413, "http-413"),
        ({"content_type": "text/plain"}, 415, "wrong-media-type"),
    ],
)
def test_refused(world: World, changes: dict[str, Any], status: int, reason: str) -> None:
    if "at" in changes:
        changes = {"at": world.clock.now + changes["at"]}
    answer = world.event(LEAD, **changes)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert status != 403 or reason not in answer.text
    assert [(each["connection"], each["reason"]) for each in world.audited("event.refused")] == [("acme", reason)]
    with world.parts.database.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM changes").scalar_one() == 0


def test_without_headers(world: World) -> None:
    assert world.client.post("/events/acme", json={}).status_code == 403
    assert world.audited("event.refused")[0]["reason"] == "event-headers-missing"


def test_a_repeated_event_does_nothing_in_any_process(world: World) -> None:
    assert world.event(LEAD, name="one").json == {"records": 1}
    with world.another() as other:
        assert other.event(LEAD, name="one").json == {"records": 0}
    assert len(world.audited("event.accepted")) == 1


def test_what_became_of_a_record_counts_once_by_the_band_it_was_shown_with(world: World) -> None:
    world.looked_at()
    world.clock.now += 60
    at = datetime.fromtimestamp(world.clock.now - 1, UTC).isoformat()
    said = {"type": "record.outcome", "data": {"record": LEAD, "outcome": "converted", "at": at}}
    assert world.event(said=said).json == {"records": 1}
    assert world.event(said=said).json == {"records": 1}  # another event of the same
    unseen = said | {"data": {"record": "Lead/unseen", "outcome": "converted", "at": at}}
    assert world.event(said=unseen).status_code == 202
    before = said | {"data": {"record": LEAD, "outcome": "not-converted", "at": "2026-01-01T00:00:00Z"}}
    assert world.event(said=before).status_code == 202
    world.parts.figures.flush()
    names = [
        became(band, word) for band in ("high", "medium", "low", "none") for word in ("converted", "not-converted")
    ]
    stored = world.parts.figures.stored
    for connection in ("acme", "acme-pages"):
        series = stored.series("1d", names, 0.0, connection)
        assert {name: points[0].count for name, points in series.items() if points} == {became(BAND, "converted"): 1}


def test_a_stranger_does_not_learn_which_connections_exist(world: World) -> None:
    answers = [
        world.event(LEAD, secret=OTHER_SECRET),
        world.event(LEAD, connection="no-such", secret=OTHER_SECRET),
        world.event(LEAD, connection="acme-carried", secret=EVENT_SECRET),  # one without secrets takes none
    ]
    assert {(each.status_code, each.text) for each in answers} == {(403, answers[0].text)}
    assert [each["connection"] for each in world.audited("event.refused")] == ["acme", "", "acme-carried"]


def test_a_database_that_is_away_wants_the_event_again(world: World) -> None:
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE changes RENAME TO gone")
    answer = world.event(LEAD, name="again")
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE gone RENAME TO changes")
    assert world.event(LEAD, name="again").json == {"records": 1}  # it was not used up
