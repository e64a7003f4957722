"""Liveness, readiness, metrics."""

from __future__ import annotations

from tests.world import World


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
