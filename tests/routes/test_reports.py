"""Reports through the front door: anybody may send anything, and little comes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.routes.reports import MAX_BYTES
from tests.world import World

REPORT = {"csp-report": {"effective-directive": "frame-ancestors", "blocked-uri": "https://inlay.example.com/"}}


def send(world: World, body: Any = REPORT, kind: str = "application/csp-report", **said: str) -> Any:
    named = {"connection": "acme", "referer": "https://evil.example/private/page"} | said
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Referer": named["referer"], "Origin": "null"}
    return world.client.post(
        f"/reports/csp?connection={named['connection']}", data=data, content_type=kind, headers=headers
    )


def kept(world: World) -> list[tuple[str, str]]:
    return [(each.connection, each.origin) for each in world.parts.framings.all()]


def test_who_tried_is_kept_by_origin(world: World) -> None:
    answer = send(world)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert kept(world) == [("acme", "https://evil.example")]
    with world.parts.database.read() as conn:
        assert "private" not in str(conn.exec_driver_sql("SELECT * FROM refused_framings").all())
    assert 'outcome="framing"' in world.client.get("/metrics").text


def test_both_forms_are_taken(world: World) -> None:
    body = [
        {"type": "csp-violation", "body": {"effectiveDirective": "frame-ancestors", "blockedURL": "https://b.example/"}}
    ]
    assert send(world, body, "application/reports+json; charset=utf-8").status_code == 204
    assert kept(world) == [("acme", "https://b.example")]


@pytest.mark.parametrize("connection", ["no", "", "<script>", "acme%00"])
def test_a_connection_that_does_not_exist_is_answered_the_same_and_keeps_nothing(world: World, connection: str) -> None:
    known, unknown = send(world, referer=""), send(world, connection=connection)
    assert (known.status_code, dict(known.headers)) == (unknown.status_code, dict(unknown.headers))
    assert kept(world) == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (REPORT, "application/json", 415),
        (REPORT, "text/plain", 415),
        (b"x", "application/csp-report", 400),
        (b"[" * (MAX_BYTES + 1), "application/reports+json", 413),
    ],
)
def test_what_is_refused(world: World, body: Any, kind: str, status: int) -> None:
    assert send(world, body, kind).status_code == status
    assert kept(world) == []
    assert world.audited("request.refused")[0]["route"] == "/reports/csp"


def test_a_database_that_is_away_is_no_browsers_business(world: World) -> None:
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE refused_framings RENAME TO gone")
    assert send(world).status_code == 204


def test_a_flood_is_told_to_wait(world: World) -> None:
    statuses = [send(world, referer=f"https://{n}.example/").status_code for n in range(62)]
    assert (statuses.count(204), statuses[-1]) == (60, 429)
    assert len(kept(world)) == 60


def test_panels_and_refusals_say_where_reports_go_and_name_no_second_place(world: World) -> None:
    wanted = "report-uri https://inlay.example.com/reports/csp?connection=acme"
    for page in (world.launch(), world.client.get("/launch/acme")):
        policy = page.headers["Content-Security-Policy"]
        assert policy.endswith(f"; {wanted}")
        assert "report-to" not in policy  # Chromium would send no report at all
    assert "report-uri" not in world.client.get("/launch/no").headers["Content-Security-Policy"]
