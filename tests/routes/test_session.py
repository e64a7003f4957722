"""Token exchange, renewal and end; bindings to origin, record, component and connection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.application import create_app
from app.config import Secret
from app.hosts import HOSTS
from app.launch import TokenType
from tests.hosts._directory import directory
from tests.hosts._matrix import ALL, Case, at_a_door
from tests.hosts._proofs import BUILDERS, DOCUMENT, GUEST
from tests.world import CONNECTIONS, LEAD, World, connections, running
from tests.world import world as make_world

ORIGIN = GUEST["origins"][0]
OTHER = "Lead/00QAB000009LeadAA2"


EXCHANGED = [(host, case) for host, case in ALL if HOSTS[host].takes]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Every host's connection as the matrix knows it; the guest's takes every kind of signature."""
    folder = tmp_path_factory.mktemp("door")
    with directory(DOCUMENT) as known, make_world(folder, connections=connections(known.url)) as made:
        yield made


@pytest.mark.parametrize(("host", "case"), at_a_door(EXCHANGED))
def test_matrix(door: World, host: str, case: Case) -> None:
    with door.parts.database.begin() as conn:
        conn.exec_driver_sql("DELETE FROM used_launches")
        conn.exec_driver_sql("DELETE FROM audit")
    door.parts.echoes.forget()
    builder = BUILDERS[host]()
    if host == "salesforce":
        builder = builder.said("client.instanceUrl", door.api.url)
    attempt = case.mutate(builder)
    if attempt.nonce or (HOSTS[host].signs and attempt.origin != builder.attempt_.origin):
        return  # an exchange has no sign-in of ours behind it, and a frame of ours names no page
    door.clock.now = attempt.now
    of_frame = attempt.origin is None or attempt.kind is TokenType.SIGNED_REQUEST
    headers = {} if of_frame else {"Origin": attempt.origin}
    answer = door.client.post("/session", data=attempt.session_form(CONNECTIONS[host]), headers=headers)
    refusals = door.audited("launch.refused") + door.audited("request.refused")
    if not case.reason:
        assert answer.status_code == 200, answer.text
        assert len(answer.json["fragments"]) == len(attempt.records)
        assert refusals == []
        return
    large = case.name.startswith("one megabyte")
    listed = attempt.component in ("score-badge", "score-card")
    reason = "http-413" if large else case.reason if listed else "component-unlisted"
    assert [each["reason"] for each in refusals] == [reason]
    said = answer.json
    if large:
        assert (answer.status_code, said["error"], said["code"]) == (413, "invalid_request", "too-large")
    else:
        code = "expired" if reason == "expired" else "refused"
        assert (answer.status_code, said["error"], said["code"]) == (400, "invalid_grant", code)
        assert said["reference"] == refusals[0]["reference"]
        assert case.reason not in answer.text.replace(code, "")
    assert door.audited("session.opened") == []


def form(world: World, **changes: Any) -> dict[str, Any]:
    claims = changes.pop("claims", {})
    return {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": world.token(**({"record": [LEAD], "component": "score-badge"} | claims)),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "connection": "acme-pages",
        "component": "score-badge",
        "records": [LEAD],
    } | changes


def ask(world: World, data: dict[str, Any], origin: str | None = ORIGIN) -> Any:
    return world.client.post("/session", data=data, headers={} if origin is None else {"Origin": origin})


def test_an_exchange_answers_as_the_standard_has_it(world: World) -> None:
    answer = ask(world, form(world))
    said = answer.json
    assert said["token_type"] == "Bearer"
    assert said["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert said["expires_in"] == 600
    assert [(each["record"], each["state"]) for each in said["fragments"]] == [(LEAD, "ready")]
    assert "--inlay" in said["styles"]["score-badge"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_exchange_without_records_answers_a_session_alone(world: World) -> None:
    said = ask(world, form(world, records=[])).json
    assert (said["fragments"], said["styles"]) == ([], {})
    assert world.core.asked == 0


def test_a_token_is_exchanged_once_in_whichever_process(world: World) -> None:
    data = form(world)
    assert ask(world, data).status_code == 200
    with world.another() as restarted:
        for each in (world, restarted):
            answer = ask(each, data)
            assert answer.status_code == 400
            assert (answer.json["error"], answer.json["code"]) == ("invalid_grant", "used")
    assert [each["reason"] for each in world.audited("launch.refused")] == ["used", "used"]


def test_a_launch_used_as_a_page_is_used_up_for_the_exchange(world: World) -> None:
    data = form(world)
    page = world.client.post("/launch/acme-pages?component=score-badge", data={"token": data["subject_token"]})
    assert page.status_code == 200
    assert ask(world, data).json["code"] == "used"


def test_a_frame_gets_a_session_for_a_new_signed_request_and_a_page_gets_none(world: World) -> None:
    """What a Canvas frame does when its session ended; the viewer's place in it is kept."""
    kind = "urn:inlay:token-type:signed-request"
    data = form(world, connection="acme", subject_token=world.signed(), subject_token_type=kind)
    for origin in (ORIGIN, "https://acme.my.salesforce.com"):
        assert ask(world, data, origin).json["code"] == "refused"
    answer = ask(world, data, "null")
    assert [each["state"] for each in answer.json["fragments"]] == ["ready"]
    assert world.badge(answer.json["access_token"], Origin="null").status_code == 200
    assert world.badge(answer.json["access_token"], Origin="https://acme.my.salesforce.com").status_code == 401
    assert ask(world, data, None).json["code"] == "used"
    other = form(world, connection="acme", subject_token=world.signed(), subject_token_type=kind, records=[OTHER])
    assert ask(world, other, None).json["code"] == "refused"
    reasons = [each["reason"] for each in world.audited("launch.refused")]
    assert reasons == ["proof-kind", "used", "record-mismatch"]


def test_a_stranger_does_not_learn_which_connections_exist(world: World) -> None:
    forged = world.token(record=[LEAD])[:-8] + "AAAAAAAA"
    answers = [ask(world, form(world, connection=name, subject_token=forged)) for name in ("acme-pages", "no", "acme")]
    for answer in answers:
        assert answer.status_code == 400
        assert {**answer.json, "reference": ""} == {**answers[0].json, "reference": ""}
    assert [(each["connection"], each["reason"]) for each in world.audited("launch.refused")] == [
        ("acme-pages", "signature-wrong"),
        ("", "connection-unknown"),
        ("acme", "signature-wrong"),
    ]


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"grant_type": "password"}, 400, "grant-type-unknown"),
        ({"subject_token_type": "x"}, 400, "grant-type-unknown"),
        ({"records": ["17"]}, 400, "record-malformed"),
        ({"records": ["Lead/<script>"]}, 400, "record-malformed"),
        ({"records": [f"Lead/{n}" for n in range(201)]}, 400, "records-count"),
        ({"padding": "x" * 1_000_000}, 413, "http-413"),
    ],
)
def test_what_is_no_exchange(world: World, changes: dict[str, Any], status: int, reason: str) -> None:
    answer = ask(world, form(world) | changes)
    assert (answer.status_code, answer.json["error"]) == (status, "invalid_request")
    assert "<script" not in answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    [row] = world.audited("request.refused")
    assert (row["reason"], row["route"], row["status"]) == (reason, "/session", status)


def test_another_content_type_is_refused(world: World) -> None:
    answer = world.client.post("/session", json={})
    assert (answer.status_code, answer.json["error"]) == (415, "invalid_request")
    assert world.audited("request.refused")[0]["reason"] == "wrong-media-type"


def test_a_record_that_the_token_does_not_name_is_refused(world: World) -> None:
    answer = ask(world, form(world, records=[OTHER]))
    assert answer.json["error"] == "invalid_grant"
    assert world.audited("launch.refused")[0]["reason"] == "record-mismatch"
    assert world.core.asked == 0


def test_a_database_that_is_away_is_temporary(world: World) -> None:
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE audit RENAME TO gone")
    for data in (form(world), form(world, subject_token="x")):  # a refusal cannot be audited either
        answer = ask(world, data)
        assert (answer.status_code, answer.json["error"]) == (503, "temporarily_unavailable")
        assert "Retry-After" in answer.headers


# --- what a session's token reaches ---


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (ORIGIN, True),
        ("https://evil.example", False),
        ("null", False),
        (None, False),
        ("https://inlay.example.com", False),
    ],
)
def test_an_elements_token_works_from_its_page_only(world: World, origin: str | None, allowed: bool) -> None:
    token = world.element_token()
    data = {"token": token, "item": [f"score-badge {LEAD} -"]}
    answer = world.client.post("/components:batch", data=data, headers={} if origin is None else {"Origin": origin})
    assert answer.status_code == (200 if allowed else 401)
    assert ("fragments" in answer.text) == allowed
    refused = [each["reason"] for each in world.audited("session.refused")]
    assert refused == ([] if allowed else ["origin-not-the-session's"])


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("null", True),
        ("https://inlay.example.com", True),
        (ORIGIN, False),
        ("https://evil.example", False),
    ],
)
def test_a_frames_token_works_in_our_own_documents_only(world: World, origin: str | None, allowed: bool) -> None:
    answer = world.badge(world.frame_token(), **({} if origin is None else {"Origin": origin}))
    assert answer.status_code == (200 if allowed else 401)
    assert bool(re.search(r"\b72\b", answer.text)) == allowed  # not a piece of a reference


@pytest.mark.parametrize("opened_as", ["acme-pages", "acme-carried"])
@pytest.mark.parametrize("component", ["score-badge", "score-card"])
@pytest.mark.parametrize("record", [LEAD, OTHER])
def test_a_token_reaches_its_own_records_and_components(
    world: World, opened_as: str, component: str, record: str
) -> None:
    token = world.element_token(connection=opened_as, component=component)
    for tag in ("score-badge", "score-card"):
        [fragment] = world.batch(token, [f"{tag} {record} -"]).json["fragments"]
        open_ = record == LEAD and (component, tag) != ("score-card", "score-badge")
        assert (fragment["state"] == "denied") == (not open_)
        if not open_:
            assert "von 100" not in fragment["html"]
    reasons = {each["reason"] for each in world.audited("permission.refused")}
    assert reasons <= {"record-not-in-session", "component-not-open"}
    assert bool(reasons) == (record == OTHER or component == "score-card")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.e30", "\u00df", "x" * 70_000])
def test_what_is_no_token(world: World, token: str) -> None:
    answer = world.batch(token, [f"score-badge {LEAD} -"])
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.json["code"] == "session-invalid"
    assert len(world.audited("session.refused")) == 1


def test_another_deployments_token_is_none(world: World) -> None:
    server = replace(world.settings.server, keys=(Secret("j" * 40),))
    with running(replace(world.settings, server=server), world.clock) as (parts, runner):
        stranger = replace(world, parts=parts, runner=runner, client=create_app(parts).test_client())
        token = stranger.frame_token()
    assert world.badge(token).status_code == 401
    assert world.audited("session.refused")[0]["reason"] == "token-key-unknown"


# --- renewal and end ---


def test_a_session_ends_after_ten_minutes(world: World) -> None:
    token = world.frame_token()
    world.clock.now += 599
    assert world.badge(token).status_code == 200
    world.clock.now += 1
    answer = world.badge(token)
    assert (answer.status_code, answer.json["code"]) == (401, "session-expired")


def test_a_renewal_asks_the_host_and_goes_on(world: World) -> None:
    token = world.frame_token()
    world.clock.now += 500
    asked = world.api.calls.count("access")
    answer = world.client.post("/session/renew", data={"token": token})
    assert (answer.status_code, answer.json["expires_in"]) == (200, 600)
    assert world.api.calls.count("access") == asked + 1
    world.clock.now += 500
    assert world.badge(answer.json["access_token"]).status_code == 200
    assert len(world.audited("session.renewed")) == 1


def test_a_renewal_with_a_dead_host_token_is_refused_and_audited(world: World) -> None:
    token = world.frame_token()
    world.api.dead.add("zoe")
    answer = world.client.post("/session/renew", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json["code"]) == (401, "session-expired")
    assert [each["reason"] for each in world.audited("session.refused")] == ["host-token-dead"]
    assert world.audited("session.renewed") == []


def test_a_renewal_while_the_host_is_away_can_be_tried_again(world: World) -> None:
    token = world.frame_token()
    world.api.status = 503
    answer = world.client.post("/session/renew", data={"token": token})
    assert (answer.status_code, answer.json["code"], "Retry-After" in answer.headers) == (
        503,
        "host-unavailable",
        True,
    )


def test_a_guest_renews_with_a_new_launch_only(world: World) -> None:
    token = world.element_token()
    answer = world.client.post("/session/renew", data={"token": token}, headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.json["code"]) == (401, "session-expired")


def test_no_renewal_goes_past_the_absolute_life(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.session.bearer.SESSION_LIFE_S", 1500.0)
    token, began = world.frame_token(), world.clock.now
    lives = []
    for _ in range(5):
        world.clock.now += 590
        answer = world.client.post("/session/renew", data={"token": token})
        if answer.status_code != 200:
            break
        token = answer.json["access_token"]
        lives.append(world.clock.now + answer.json["expires_in"] - began)
    assert lives == [1190, 1500]
    assert (answer.status_code, answer.json["code"]) == (401, "session-expired")


def test_an_end_is_known_to_every_process_at_its_next_look(world: World) -> None:
    token = world.frame_token()
    with world.another() as other:
        assert other.badge(token).status_code == 200
        ended = world.client.delete("/session", headers={"Authorization": f"Bearer {token}"})
        assert ended.status_code == 204
        other.parts.epochs._read_at -= 1
        for each in (world, other):
            answer = each.badge(token)
            assert (answer.status_code, answer.json["code"]) == (401, "session-expired")
            assert each.client.post("/session/renew", data={"token": token}).status_code == 401
    with world.another() as fresh:
        assert fresh.badge(token).status_code == 401
    assert len(world.audited("session.ended")) == 1


def test_an_end_wipes_what_the_session_held(world: World) -> None:
    token = world.frame_token()
    with world.parts.database.read() as conn:
        assert b"zoe" not in conn.exec_driver_sql("SELECT host_token FROM sessions").scalar_one()
    world.client.delete("/session", headers={"Authorization": f"Bearer {token}", "Origin": "https://any.example"})
    with world.parts.database.read() as conn:
        assert conn.exec_driver_sql("SELECT host_token, features FROM sessions").one() == (None, None)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}])
def test_ending_what_is_no_session_is_done_already(world: World, headers: dict[str, str]) -> None:
    assert world.client.delete("/session", headers=headers).status_code == 204
    assert world.audited("session.ended") == []


@pytest.mark.parametrize("path", ["/session", "/session/renew", "/components/score-badge", "/components:batch"])
def test_preflight(shared: World, path: str) -> None:
    answer = shared.client.options(
        path, headers={"Origin": "https://any.example", "Access-Control-Request-Method": "POST"}
    )
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
