"""The server's beginning, and its end step by step; with real processes in tests/proof/test_nodes.py."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from app.cli._apart import apart
from app.cli.serve import Server
from app.db import Database
from app.db.migrations import upgrade
from app.node import Node


class Worker:
    killed = False

    def kill(self) -> None:
        self.killed = True


def server(node: Node, drain_s: float) -> Server:
    made = Server(node, drain_s, "app.reloader:from_environment", factory=True)
    made.wrks = [Worker()]
    return made


def test_at_the_first_signal_it_is_unready_and_ends_after_the_drain(tmp_path: Path) -> None:
    node = Node(tmp_path)
    ending = server(node, 0.2)
    began = time.monotonic()
    ending.signal_handler_interrupt(signal.SIGTERM, None)
    assert node.is_draining
    assert not ending.interrupt_signal
    assert ending.main_loop_interrupt.wait(5)
    assert ending.interrupt_signal
    assert time.monotonic() - began >= 0.2
    assert not ending.wrks[0].killed


def test_at_the_second_signal_it_ends_at_once(tmp_path: Path) -> None:
    ending = server(Node(tmp_path), 3600)
    for number in (signal.SIGINT, signal.SIGTERM):
        ending.signal_handler_interrupt(number, None)
    assert ending.interrupt_signal
    assert ending.wrks[0].killed


def test_what_is_made_apart_is_not_looked_at_again() -> None:
    with apart():
        assert not gc.isenabled()
        made = [[number] for number in range(1000)]
    assert gc.isenabled()
    looked_at = {id(each) for each in gc.get_objects()}
    assert not any(id(each) in looked_at for each in made)


def test_an_error_apart_leaves_the_collector_at_work() -> None:
    with pytest.raises(ZeroDivisionError), apart():
        print(1 // 0)
    assert gc.isenabled()


def test_nothing_is_set_apart_where_nothing_is_collected() -> None:
    gc.disable()
    try:
        before = gc.get_freeze_count()
        with apart():
            made = [[number] for number in range(1000)]
        assert (gc.isenabled(), len(made), gc.get_freeze_count()) == (False, 1000, before)
    finally:
        gc.enable()


BADGES = """
[server]
public_url = "https://inlay.example.com"
keys = ["env:INLAY_TEST_KEY"]
[store]
url = "sqlite:///inlay.db"
[cores.main]
url = "http://127.0.0.1:9"
[capabilities.lead_score]
core = "main"
records = ["Lead"]
fields = ["activity"]
[connections.crm]
host = "guest"
origins = ["https://crm.example"]
components = ["score-badge"]
capabilities = ["lead_score"]
issuer = "https://crm.example"
audience = "https://inlay.example.com"
algorithms = ["HS256"]
shared_keys = { k1 = "env:INLAY_TEST_KEY" }
"""
# What serves no badge, as the names of packages: of admins' pages, of other databases, caches, brokers, of documents,
# of commands and of what only machines ask for. Each is read by whoever needs it first.
NEVER = {
    "alembic", "app.demo", "app.scorer", "boto3", "hiredis", "mako", "markdown_it", "numpy", "pika",
    "prometheus_client", "psycopg", "pypdf", "re2", "redis", "rich", "sklearn", "sqlalchemy.dialects.postgresql",
}  # fmt: skip
BEGINS = """
import gc, json, sys
from pathlib import Path
from app.cli import main
command = main.get_command(None, "serve")
apart, serve = gc.get_freeze_count(), sys.modules["app.cli.serve"]
settings = serve.load(Path("inlay.toml"))
serve.upgraded(settings)
serve._check(settings)
print(json.dumps([apart, sorted(sys.modules)]))
"""


def test_a_start_reads_nothing_that_badges_do_not_need(tmp_path: Path) -> None:
    """And what the command reads is set apart. In a process of its own: in this one all is read already."""
    (tmp_path / "inlay.toml").write_text(BADGES)
    with closing(Database(f"sqlite:///{tmp_path}/inlay.db")) as database:
        upgrade(database)  # as every start but the first finds it
    env = os.environ | {"INLAY_TEST_KEY": "k" * 40}
    python = [sys.executable, "-c", BEGINS]
    said = subprocess.run(python, cwd=tmp_path, env=env, capture_output=True, text=True, check=True).stdout
    apart, read = json.loads(said)
    assert apart > 100_000
    assert {"app.application", "granian.server", "joserfc.jws"} <= set(read)
    assert not {name for name in NEVER for each in read if f"{each}.".startswith(f"{name}.")}
