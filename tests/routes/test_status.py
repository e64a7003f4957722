"""Liveness, readiness, metrics."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from app.errors import StoreUnavailable
from tests.databases import database_url
from tests.world import World
from tests.world import world as make_world


def test_alive_and_ready(world: World) -> None:
    assert world.client.get("/healthz").json == {"status": "ok"}
    assert world.client.get("/readyz").status_code == 200


def test_not_ready_without_a_database_but_alive(world: World) -> None:
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE epoch RENAME TO gone")
    assert world.client.get("/readyz").status_code == 503
    assert world.client.get("/healthz").status_code == 200


def test_not_ready_without_the_key_store(world: World) -> None:
    """What cannot be kept is not shown; what is known already still is."""
    token = world.frame_token()
    with world.parts.subject_keys.store.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE subject_keys RENAME TO gone")
    assert world.client.get("/readyz").json == {"status": "unavailable", "database": "ok", "keys": "away"}
    assert world.badge(token).headers["Inlay-State"] == "ready"
    assert world.exchange(records=["Lead/new"]).json["fragments"][0]["state"] == "unavailable"


def refused(world: World, token: str) -> None:
    """Whatever needs a row of the audit is refused with a way on, and nothing of it is shown."""
    for answer in (world.launch(), world.exchange()):
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) > 0
    badge = world.badge(token, component="score-card", record="Lead/00QAB000004LeadAA2")
    assert "data-state" in badge.text or badge.status_code == 503
    assert 'data-state="ready"' not in badge.text
    ready = world.client.get("/readyz")
    assert (ready.status_code, ready.json["database"]) == (503, "not writable")
    assert world.client.get("/healthz").status_code == 200


def test_a_full_disk_turns_readiness_red_and_what_must_be_audited_is_refused(world: World) -> None:
    world.api.rows["00QAB000004LeadAA2"] = {"activity": 3, "company_size": 250, "AnnualRevenue": 1_000_000}
    token, database = world.frame_token(), world.parts.database

    def fill(raw: Any, _: Any) -> None:
        raw.execute(f"PRAGMA max_page_count = {raw.execute('PRAGMA page_count').fetchone()[0]}")

    database.engine.dispose()
    event.listen(database.engine, "connect", fill)
    for size in (400, 1):  # until the last page is full
        with suppress(StoreUnavailable):
            for _ in range(1_000):
                world.parts.audit.write("admin.left", admin="x" * size)
    refused(world, token)
    event.remove(database.engine, "connect", fill)
    database.engine.dispose()
    assert world.client.get("/readyz").status_code == 200
    assert world.audited("audit.resumed")[0]["since"] > 0
    assert world.launch().status_code == 200


def test_a_server_that_writes_no_rows_any_more_turns_readiness_red(tmp_path: Path) -> None:
    full = "BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END"
    with database_url("postgres", tmp_path) as url, make_world(tmp_path, store=url) as world:
        world.api.rows["00QAB000004LeadAA2"] = {"activity": 3, "company_size": 250, "AnnualRevenue": 1_000_000}
        token = world.frame_token()
        with world.parts.database.begin() as conn:
            conn.execute(text(f"CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ {full} $$"))
            trigger = "CREATE TRIGGER full_disk BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION full_disk()"
            conn.execute(text(trigger))
        refused(world, token)
        with world.parts.database.begin() as conn:
            conn.execute(text("DROP TRIGGER full_disk ON audit"))
        assert world.client.get("/readyz").status_code == 200


def test_not_ready_once_it_is_about_to_end_and_connections_are_given_back(world: World) -> None:
    token = world.frame_token()
    world.parts.node.drain()
    assert world.client.get("/readyz").json == {"status": "draining", "database": "ok"}
    assert world.client.get("/readyz").status_code == 503
    answer = world.badge(token)
    assert (answer.status_code, answer.headers["Connection"]) == (200, "close")


def test_a_core_that_is_away_does_not_make_unready(world: World) -> None:
    world.core.behave(lambda core, handler, body: handler.connection.close())
    assert world.client.get("/readyz").status_code == 200


def test_metrics_count_by_address_form_never_by_address(world: World) -> None:
    world.frame_token()
    world.client.get("/nothing/at/all")
    text = world.client.get("/metrics").text
    assert 'route="/launch/<connection>"' in text
    assert 'route="none"' in text
    assert "/nothing" not in text
    assert 'outcome="accepted"' in text
    assert "inlay_processes 1.0" in text
    assert 'inlay_jobs_depth{state="waiting"}' in text
    assert "inlay_epoch " in text
