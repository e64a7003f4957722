"""Events by HTTP: each refusal with its reason in the audit, and one answer for all strangers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.config import WriteBack
from app.figures.names import became
from app.hosts.salesforce.events import ACK
from tests.hosts.salesforce.messages import ORG, message, notification
from tests.world import EVENT_SECRET, EVENT_TOKEN, LEAD, World

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
    ("fields", "scored_again"),
    [(["AI_Score__c"], False), (["ai_score__c", "AI_Verdict__c"], False), (["AI_Score__c", "Title"], True), ([], True)],
)
def test_our_own_writes_cause_no_new_score(world: World, fields: list[str], scored_again: bool) -> None:
    """Or each score would cause a write, and each write a score."""
    written = {"lead_score": WriteBack({"score": "AI_Score__c", "verdict": "AI_Verdict__c"})}
    settings = world.parts.connections.get("acme").settings
    object.__setattr__(settings, "write_back", written)
    world.looked_at()
    said = {"type": "record.changed", "data": {"record": LEAD, "fields": fields}}
    assert world.event(said=said).status_code == 202
    with world.parts.database.read() as conn:
        changes = conn.exec_driver_sql("SELECT count(*) FROM changes WHERE kind = 'score'").scalar_one()
    assert bool(changes) is scored_again


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


# --- in the host's own forms ---

CALLOUT = {"organization": ORG, "records": [LEAD]}


def sent(world: World, body: bytes, token: str = EVENT_TOKEN, kind: str = "text/xml", connection: str = "acme") -> Any:
    return world.client.post(f"/events/{connection}/{token}", data=body, content_type=kind)


def called(world: World, said: Any, token: str = EVENT_TOKEN, connection: str = "acme") -> Any:
    head = {"Authorization": f"Bearer {token}"}
    return world.client.post(f"/events/{connection}", json=said, headers=head)


def outbound(*names: str, org: str = ORG) -> bytes:
    record = LEAD.partition("/")[2]
    return message(*(notification(f"04lAB00000{name:0>5}AAA", record) for name in names), org=org)


def changes(world: World) -> int:
    with world.parts.database.read() as conn:
        return int(conn.exec_driver_sql("SELECT count(*) FROM changes WHERE kind = 'score'").scalar_one())


def test_an_outbound_message_outdates_and_is_acknowledged(world: World) -> None:
    world.looked_at()
    answer = sent(world, outbound("1"))
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "text/xml", ACK)
    assert changes(world) == 2  # for both connections that read it
    [row] = world.audited("event.accepted")
    assert (row["how"], row["event_id"], row["records"]) == ("address", "04lAB0000000001AAA", 1)


def test_an_outbound_message_that_comes_again_is_acknowledged_and_does_nothing(world: World) -> None:
    assert sent(world, outbound("1")).status_code == 200
    world.clock.now += 23 * 3600
    for body in (outbound("1"), outbound("2"), outbound("2", "1")):  # of two, in any order
        assert sent(world, body).data == ACK
    assert changes(world) == 4  # the first, and the second once
    assert len(world.audited("event.repeated")) == 2


def test_a_flows_callout_outdates(world: World) -> None:
    answer = called(world, CALLOUT)
    assert (answer.status_code, answer.json) == (202, {"records": 1})
    assert changes(world) == 2
    assert world.audited("event.accepted")[0]["how"] == "header"


@pytest.mark.parametrize(
    ("send", "status", "reason"),
    [
        (lambda world: sent(world, outbound("1"), token="x" * 32), 403, "event-token-wrong"),
        (lambda world: sent(world, outbound("1"), token=EVENT_SECRET), 403, "event-token-wrong"),
        (lambda world: sent(world, outbound("1", org="00DAB0000000002EAA")), 403, "event-organisation-wrong"),
        (lambda world: sent(world, b"<x/>"), 400, "event-malformed"),
        (lambda world: sent(world, outbound("1"), kind="text/plain"), 415, "wrong-media-type"),
        (lambda world: sent(world, b"x" * 1_000_000), 413, "http-413"),
        (lambda world: called(world, CALLOUT, token="x" * 32), 403, "event-token-wrong"),
        (
            lambda world: called(world, CALLOUT | {"organization": "00DAB0000000002EAA"}),
            403,
            "event-organisation-wrong",
        ),
        (lambda world: called(world, {"record": LEAD}), 400, "event-malformed"),
    ],
)
def test_refused_in_the_hosts_own_form(world: World, send: Any, status: int, reason: str) -> None:
    answer = send(world)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert [(each["connection"], each["reason"]) for each in world.audited("event.refused")] == [("acme", reason)]
    assert changes(world) == 0


def test_a_stranger_does_not_learn_which_connections_take_such_events(world: World) -> None:
    answers = [
        sent(world, outbound("1"), token="x" * 32),
        sent(world, b"", token="x" * 32, kind="text/plain"),
        sent(world, outbound("1"), token="x" * 32, connection="no-such"),
        sent(world, outbound("1"), connection="acme-pages"),  # its host has no such form
    ]
    assert {(each.status_code, each.text) for each in answers} == {(403, answers[0].text)}


def test_the_token_of_an_address_is_written_nowhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.looked_at()
    sent(world, outbound("1"))
    sent(world, b"<x/>")
    sent(world, outbound("1"), token="guess-" * 6)
    rows = b"".join(path.read_bytes() for path in world.folder.glob("inlay.db*"))
    said = caplog.text + world.parts.metrics.render()[0].decode()
    for token in (EVENT_TOKEN, "guess-guess"):
        assert token.encode() not in rows
        assert token not in said


def test_a_large_event_is_seen_to_right_after_its_answer(world: World) -> None:
    world.looked_at()
    asked = world.core.asked
    others = [f"Lead/00QAB00000{n:05}AAA" for n in range(60)]
    assert world.event(LEAD, *others).json == {"records": 61}
    assert changes(world) == 0
    world.run_jobs()
    assert changes(world) == 122
    assert world.core.asked == asked + 2  # the one that was looked at, for both


def test_what_nobody_scores_is_taken_and_does_nothing(world: World) -> None:
    assert world.event("Invoice/1").status_code == 202
    assert world.run_jobs() == 0


def test_through_a_broker_an_event_counts_once_by_its_source_and_id_or_by_its_message(world: World) -> None:
    acme, events = world.parts.connections.get("acme"), world.parts.events
    cloud = {"specversion": "1.0", "id": "7", "source": "/crm", "type": "record.changed", "data": {"record": LEAD}}
    body, other = json.dumps(cloud).encode(), json.dumps(cloud | {"source": "/erp"}).encode()
    assert [events.deliver(acme, each, body) for each in ("", "msg-1", "msg-2")] == [1, 0, 0]
    assert events.deliver(acme, "msg-1", other) == 1  # another publisher's event of the same id
    nameless = json.dumps({"type": "record.changed", "data": {"record": LEAD}}).encode()
    assert [events.deliver(acme, "msg-3", nameless) for _ in range(2)] == [1, 0]
    assert [events.deliver(acme, "", nameless) for _ in range(2)] == [1, 1]  # nothing tells them apart: looked at twice


def test_who_writes_into_the_queue_cannot_use_up_the_id_of_a_signed_event(world: World) -> None:
    body = json.dumps({"type": "record.changed", "data": {"record": LEAD}}).encode()
    assert world.parts.events.deliver(world.parts.connections.get("acme"), "evt-1", body) == 1
    assert world.event(LEAD, name="evt-1").json == {"records": 1}
