"""Scores for a customer's own code, and the batches that it brings, by the addresses that services use."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from limits import parse
from sqlalchemy import text

from app.application import create_app
from app.machines.callers import May
from tests.core.server import status
from tests.machines.callers.world import ROW, at, bring, key, lines, row
from tests.world import LEAD, World, running

PLACE = f"/api/v1/scores/lead_score/{LEAD}"


def counts(world: World) -> tuple[int, int]:
    """Scores, and rows that wait for their batch."""
    with world.parts.database.read() as conn:
        one, other = (conn.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in TABLES)
    return one, other


TABLES = ("scores", "import_rows")


# --- reading ---


def test_a_score_is_told_with_its_reasons_and_audited_as_a_service_s(world: World) -> None:
    answer = world.client.get(PLACE, headers=key(world))
    assert answer.status_code == 200, answer.text
    told = answer.json
    assert (told["record"], told["capability"], told["state"]) == (LEAD, "lead_score", "ready")
    assert (told["score"], told["band"], told["meaning"]) == (72.0, "high", "probability")
    assert told["model"] == {"name": "test-core", "version": "1"}
    assert [each["label"] for each in told["factors"]] == ["Asked for a demo", "Small company"]
    [served] = world.audited("answer.served")
    assert (served["service"], served["record"], served["decision"]) == ("apex", LEAD, told["decision"])
    assert served["viewer"] is None
    assert world.audited("view.shown") == []


def test_what_did_not_change_is_not_told_again_and_its_row_is_written_once(world: World) -> None:
    mine = key(world)
    etag = world.client.get(PLACE, headers=mine).headers["ETag"]
    again = world.client.get(PLACE, headers=mine | {"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert len(world.audited("answer.served")) == 1


def test_reasons_of_fields_beyond_the_grant_are_left_out(world: World) -> None:
    told = world.client.get(PLACE, headers=key(world, fields=["activity"])).json
    assert [each["label"] for each in told["factors"]] == ["Asked for a demo"]
    assert told["hidden_factors"] == 1  # it does not say of what it speaks


def test_up_to_200_are_told_in_their_order(world: World) -> None:
    other = "Lead/00QAB000009LeadAA2"
    answer = world.client.post(
        "/api/v1/scores:batch", json={"capability": "lead_score", "records": [other, LEAD, other]}, headers=key(world)
    )
    assert [each["record"] for each in answer.json["results"]] == [other, LEAD, other]
    assert [each["state"] for each in answer.json["results"]] == ["unavailable", "ready", "unavailable"]
    many = {"capability": "lead_score", "records": [LEAD] * 201}
    assert world.client.post("/api/v1/scores:batch", json=many, headers=key(world, service="two")).status_code == 400


def test_a_score_that_is_being_computed_is_told_later(tmp_path: Any) -> None:
    from tests.core.server import slow
    from tests.world import world as make_world

    with make_world(tmp_path, wait="10ms") as world:
        world.core.behave(slow(1.0))
        answer = world.client.get(PLACE, headers=key(world))
        assert (answer.status_code, answer.json["state"]) == (202, "pending")
        assert answer.headers["Retry-After"] == "2"
        assert "ETag" not in answer.headers


def test_a_core_that_is_down_is_a_problem_with_a_reference(world: World) -> None:
    world.core.behave(status(503))
    answer = world.client.get(PLACE, headers=key(world))
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.json["reference"] == world.audited("core.failed")[0]["reference"]
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("/api/v1/scores/lead_score/Account/1", 404),
        ("/api/v1/scores/other/Lead/1", 403),
        ("/api/v1/scores/lead_score/Lead/a%20b", 400),
    ],
)
def test_what_is_not_granted_or_no_record_is_refused(shared: World, place: str, status: int) -> None:
    answer = shared.client.get(place, headers=key(shared, service=f"s{status}"))
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


def test_a_connection_that_is_switched_off_tells_services_nothing(world: World) -> None:
    mine = key(world)
    off = replace(world.settings.connections["acme"], rollout=False)
    settings = replace(world.settings, connections={**world.settings.connections, "acme": off})
    with running(settings, world.clock) as (parts, _):
        assert create_app(parts).test_client().get(PLACE, headers=mine).status_code == 403


def test_a_service_that_asks_too_often_waits(world: World) -> None:
    mine, other = key(world), key(world, service="other")
    assert world.settings.connections["acme"].limit_api == parse("3000/minute")
    few = replace(world.settings.connections["acme"], limit_api=parse("30/minute"))
    settings = replace(world.settings, connections={**world.settings.connections, "acme": few})
    with running(settings, world.clock) as (parts, _):
        client = create_app(parts).test_client()
        answers = [client.get("/api/v1/scores/other/Lead/1", headers=mine).status_code for _ in range(31)]
        assert (answers[0], answers[-2:]) == (403, [403, 429])
        assert client.get(PLACE, headers=other).status_code == 200


# --- who may not ---


def test_no_key_opens_a_panel_and_no_session_asks_for_scores(world: World) -> None:
    mine, session = key(world), world.frame_token()
    bearer = {"Authorization": f"Bearer {session}"}
    assert world.client.get(PLACE, headers=bearer).status_code == 401
    assert bring(world, bearer, lines(ROW)).status_code == 401
    assert world.client.get(f"/components/score-badge?record={LEAD}", headers=mine).status_code == 401
    assert world.client.post("/session/renew", headers=mine).status_code == 401
    assert world.client.get("/api/v1/decisions/x", headers=mine).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer inlay_0123456789abcdef_" + "A" * 43])
def test_whoever_proves_nothing_is_told_nothing(shared: World, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    answer = shared.client.get(PLACE, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "caller-unknown")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert shared.audited("service.refused")


def test_a_key_in_an_address_is_not_looked_at(shared: World) -> None:
    proof = key(shared, service="in-url")["Authorization"].partition(" ")[2]
    assert shared.client.get(f"{PLACE}?api_key={proof}&access_token={proof}").status_code == 401


def test_a_key_does_only_what_it_is_for(shared: World) -> None:
    reads, brings = (key(shared, service=f"only-{each}", may=[each]) for each in May)
    assert bring(shared, reads, lines(ROW)).status_code == 403
    assert shared.client.get(PLACE, headers=brings).status_code == 403


# --- bringing ---


def test_an_imported_score_is_what_viewers_see_at_once_and_can_be_explained(world: World) -> None:
    token, mine = world.frame_token(), key(world)
    assert "72" in world.badge(token).text
    world.clock.now += 1
    answer = bring(world, mine, lines(row(computed_at=at(1))))
    assert answer.status_code == 200, answer.text
    told = answer.json
    assert (told["rows"], told["older"], told["models"]) == (1, 0, {"warehouse 7": 1})
    [imported] = world.audited("scores.imported")
    assert (imported["service"], imported["rows"]) == ("apex", 1)
    assert imported["content_hash"] == told["content_hash"]
    badge = world.badge(token).text
    assert "72" not in badge
    assert "88" in badge or "89" in badge, badge
    score = world.client.get(PLACE, headers=mine).json
    assert (score["score"], score["model"]) == (88.5, {"name": "warehouse", "version": "7"})
    told = world.client.get(f"/api/v1/decisions/{score['decision']}", headers={"Authorization": f"Bearer {token}"}).json
    assert told["inputs"] == ROW["inputs"]
    assert told["source"] == {"kind": "import", "batch": "b1"}
    assert [each["label"] for each in told["factors"]] == ["Very active", "Small company"]
    assert counts(world)[1] == 0


def test_another_process_sees_it_at_once(world: World) -> None:
    with world.another() as other:
        token = other.frame_token()
        assert "72" in other.badge(token).text
        world.clock.now += 1
        assert bring(world, key(world), lines(row(computed_at=at(1)))).status_code == 200
        other.parts.epochs.look()
        assert "72" not in other.badge(token).text


def test_an_older_one_never_takes_the_place_of_a_newer_one(world: World) -> None:
    token, mine = world.frame_token(), key(world)
    told = bring(world, mine, lines(row(computed_at=at(-86400), score=1))).json
    assert (told["rows"], told["older"]) == (1, 1)
    assert "72" in world.badge(token).text
    assert world.client.get(PLACE, headers=mine).json["score"] == 72.0


def test_a_batch_is_applied_once(world: World) -> None:
    mine, body = key(world), lines(ROW)
    first, again = bring(world, mine, body), bring(world, mine, body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.data == again.data
    packed = bring(world, mine, gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert packed.data == first.data  # the same rows, otherwise packed
    other = bring(world, mine, lines(row(score=3)))
    assert (other.status_code, other.json["code"]) == (409, "batch-taken")
    assert len(world.audited("scores.imported")) == 1
    assert counts(world) == (1, 0)


def test_csv_says_the_same_as_json_lines(world: World) -> None:
    out = io.StringIO()
    head = "record score meaning model_name model_version computed_at valid_for_s confidence factors input.activity"
    writer = csv.writer(out)
    writer.writerow(head.split())
    factors = json.dumps(ROW["factors"])
    writer.writerow([LEAD, "88.5", "probability", "warehouse", "7", ROW["computed_at"], "86400", "", factors, "3"])
    mine = key(world)
    answer = bring(world, mine, out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    assert answer.status_code == 200, answer.text
    told = world.client.get(PLACE, headers=mine).json
    assert (told["score"], told["confidence"], len(told["factors"])) == (88.5, None, 2)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "text for a number": ({"score": "88"}, "score"),
    "out of range": ({"score": 101}, "score"),
    "no offset": ({"computed_at": "2026-11-23T11:00:00"}, "computed_at"),
    "in the future": ({"computed_at": at(86400)}, "computed_at"),
    "long ago": ({"computed_at": "0001-01-01T00:00:00+14:00"}, "computed_at"),
    "another type": ({"record": "Account/1"}, "record"),
    "no record": ({"record": "Lead"}, "record"),
    "unknown member": ({"extra": 1}, "extra"),
    "field that is none": ({"inputs": {"salary": 1}}, "inputs.salary"),
    "reason of a field that is none": ({"factors": [{"label": "x", "effect": 1, "fields": ["salary"]}]},
                                       "factors[0].fields"),
    "reason without a label": ({"factors": [{"effect": 1}]}, "factors[0]"),
    "control in a text": ({"factors": [{"label": "a\nb", "effect": 1}]}, "factors[0].label"),
    "no meaning": ({"meaning": "luck"}, "meaning"),
    "no time": ({"valid_for_s": 0}, "valid_for_s"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_one_wrong_row_refuses_the_batch_with_its_line_and_field(shared: World, name: str) -> None:
    changes, place = WRONG[name]
    mine, before = key(shared, service=f"w{abs(hash(name))}"), counts(shared)
    good = [row(record=f"Lead/{n}") for n in range(5)]
    answer = bring(shared, mine, lines(*good, row(**changes)), batch="wrong")
    assert (answer.status_code, answer.json["code"]) == (422, "import-refused"), answer.text
    assert [(each["line"], each["field"]) for each in answer.json["errors"]] == [(6, place)]
    assert answer.json["wrong_rows"] == 1
    assert counts(shared) == before
    assert shared.audited("import.refused")[-1]["reference"] == answer.json["reference"]


def test_a_refused_batch_may_come_again_under_its_id(world: World) -> None:
    mine = key(world)
    assert bring(world, mine, lines(row(score=-1))).status_code == 422
    assert bring(world, mine, lines(ROW)).status_code == 200


def test_the_first_of_many_wrong_rows_are_named_and_all_are_counted(world: World) -> None:
    rows = [row(record=f"Lead/{n}", score=200) for n in range(2500)]
    answer = bring(world, key(world), lines(*rows))
    assert (len(answer.json["errors"]), answer.json["wrong_rows"]) == (20, 2500)
    assert counts(world) == (0, 0)


def test_a_record_that_stands_there_twice_is_refused(world: World) -> None:
    answer = bring(world, key(world), lines(ROW, row(score=1)))
    assert [(each["line"], each["field"]) for each in answer.json["errors"]] == [(2, "record")]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"body": b""}, 411),
        ({"body": b"\n\n"}, 422),
        ({"body": b"<html>"}, 422),
        ({"body": b'{"record": NaN}'}, 422),
        ({"body": b"[" * 30_000}, 422),
        ({"body": b"x" * 70_000}, 413),
        ({"body": lines(ROW), "content_type": "application/json"}, 415),
        ({"body": lines(ROW), "headers": {"Content-Encoding": "br"}}, 415),
        ({"body": b"no gzip", "headers": {"Content-Encoding": "gzip"}}, 422),
        ({"body": gzip.compress(lines(ROW))[:-9], "headers": {"Content-Encoding": "gzip"}}, 400),
        ({"body": gzip.compress(b"\0" * 60_000_000), "headers": {"Content-Encoding": "gzip"}}, 413),
        ({"body": b"record,score\r\n", "content_type": "text/csv"}, 422),
        ({"body": b"\xff\xfe", "content_type": "text/csv"}, 422),
        ({"body": b'record,"', "content_type": "text/csv"}, 422),
    ],
)
def test_what_is_no_batch_is_refused_and_nothing_is_applied(shared: World, sent: dict[str, Any], status: int) -> None:
    sent, before = dict(sent), counts(shared)
    mine = key(shared, service=f"n{abs(hash(str(sent)))}")
    answer = bring(shared, mine, sent.pop("body"), batch="none", **sent)
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert counts(shared) == before


@pytest.mark.parametrize("query", ["", "capability=lead_score", "capability=lead_score&batch=a%20b", "batch=1"])
def test_a_batch_says_where_it_goes(shared: World, query: str) -> None:
    answer = shared.client.put(
        f"/api/v1/scores?{query}", data=lines(ROW), content_type="application/jsonl",
        headers=key(shared, service=f"q{abs(hash(query))}"),
    )  # fmt: skip
    assert answer.status_code == 400


def test_a_record_that_changed_since_it_was_scored_is_shown_as_stale(world: World) -> None:
    world.looked_at()
    world.clock.now += 60
    assert world.event(LEAD).status_code == 202
    world.clock.now += 60
    mine = key(world)
    told = bring(world, mine, lines(row(computed_at=at(30)))).json
    assert told["outdated"] == 1


def test_a_body_whose_end_nobody_knows_is_not_taken(world: World) -> None:
    mine, address = key(world), "/api/v1/scores?capability=lead_score&batch=b1"

    def in_pieces(content: bytes, more: str = "", **headers: str) -> Any:
        """As a server hands over a body that came in chunks."""
        return world.client.put(
            address + more, input_stream=io.BytesIO(content), headers=mine | headers, content_type="application/jsonl",
            environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        )  # fmt: skip

    body = lines(ROW, row(record="Lead/2"))
    assert in_pieces(body).status_code == 411
    cut = in_pieces(lines(ROW), "&rows=2")
    assert (cut.status_code, cut.json["code"]) == (400, "batch-cut")
    assert counts(world) == (0, 0)
    assert in_pieces(body, "&rows=2").status_code == 200
    again = in_pieces(gzip.compress(body), **{"Content-Encoding": "gzip"})  # has an end of its own
    assert again.status_code == 200


def test_a_body_that_is_shorter_than_it_said_is_not_taken(world: World) -> None:
    body = lines(ROW, row(record="Lead/2"))
    answer = world.client.put(
        "/api/v1/scores?capability=lead_score&batch=b1", input_stream=io.BytesIO(lines(ROW)), headers=key(world),
        content_type="application/jsonl",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body))},
    )  # fmt: skip
    assert (answer.status_code, answer.json["code"]) == (400, "batch-cut"), answer.text
    assert counts(world) == (0, 0)
