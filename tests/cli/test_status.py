"""What a worker says of itself: its figures and its health, on a real port, and nothing else."""

from __future__ import annotations

import requests
from werkzeug.test import Client

from app.cli._status import Status, answering
from app.db.jobs import enqueue
from app.metrics import Metrics
from app.node import Node
from tests.world import World


def status(world: World, alive: int = 2) -> Status:
    return Status(Metrics(Node()), world.parts.database, lambda: alive, 2)


def test_its_figures_are_those_of_the_node_and_of_the_jobs_table(world: World) -> None:
    with world.parts.database.begin() as conn:
        for record in ("Lead/1", "Lead/2"):
            enqueue(conn, "score", {"records": [record]})
    counted = Metrics(Node())
    counted.count("jobs", kind="score", outcome="done")
    text = Client(Status(counted, world.parts.database, lambda: 2, 2)).get("/metrics").text
    assert 'inlay_jobs_total{kind="score",outcome="done"} 1.0' in text
    assert 'inlay_jobs_depth{state="waiting"} 2.0' in text
    assert "inlay_processes 2.0" in text


def test_its_figures_are_there_without_a_database(world: World) -> None:
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE jobs RENAME TO gone")
    text = Client(status(world)).get("/metrics").text
    assert "inlay_processes 2.0" in text
    assert "inlay_jobs_depth{" not in text


def test_it_is_well_while_all_of_its_processes_are_there(world: World) -> None:
    well, short = Client(status(world)).get("/healthz"), Client(status(world, alive=1)).get("/healthz")
    assert (well.status_code, well.json) == (200, {"status": "ok", "processes": 2, "wanted": 2})
    assert (short.status_code, short.json) == (503, {"status": "short", "processes": 1, "wanted": 2})
    assert Client(status(world)).get("/").status_code == 404


def test_it_answers_on_its_port_until_it_is_left(world: World) -> None:
    with answering(status(world), "127.0.0.1", 0) as port:
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).json()["status"] == "ok"
    try:
        requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
    except requests.ConnectionError:
        return
    raise AssertionError("it still answers")
