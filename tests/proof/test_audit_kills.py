"""No answer without its row: a server that is killed twenty times under load has audited whatever a client received."""

from __future__ import annotations

import base64
import itertools
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.audit.anchors import Anchors, anchored
from app.audit.sealer import Sealer
from app.audit.verify import verify
from app.db import Database
from app.db.schema import audit
from app.keys import SealKeys
from tests.databases import database_url
from tests.proof import nodes
from tests.proof.core import CoreProcess
from tests.proof.load import Ask, Load, Seen
from tests.proof.nodes import Process, serving

pytestmark = pytest.mark.proof
KILLS, RATE, UP_S = 20, 100, 1.5
LEADS = [f"Lead/{number}" for number in range(20)]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_for_every_answer_that_was_received_there_is_its_row(tmp_path: Path, kind: str) -> None:
    core = CoreProcess()
    try:
        with (
            database_url(kind, tmp_path) as url,
            serving(tmp_path, url, core.url, stored='seal_every = "1s"') as (node,),
        ):
            for lead in LEADS:  # so that each first look has its number
                token = nodes.session(node, "zoe", [lead])
                assert nodes.ready(node, token, lead).headers["Inlay-State"] == "ready"
            seen = [each for _ in range(KILLS) for each in killed(node)]
            check(url, tmp_path / "inlay-anchors.jsonl", seen)
    finally:
        core.kill()


def killed(node: Process) -> list[Seen]:
    """What clients heard from a server that was killed in the middle of it; it runs again afterwards."""
    load = Load(asks(node), RATE, UP_S + 0.5)
    clients = threading.Thread(target=load.run)
    clients.start()
    time.sleep(UP_S)
    os.killpg(node.popen.pid, signal.SIGKILL)
    node.popen.wait()
    clients.join()
    node.start()
    node.wait_ready()
    return load.seen


def asks(node: Process) -> Iterator[Ask]:
    """First looks, each of a session of its own."""
    return (nodes.first(node, f"viewer {n}", [LEADS[n % len(LEADS)]]) for n in itertools.count())


def check(url: str, anchors: Path, seen: list[Seen]) -> None:
    answered = [json.loads(each.body) for each in seen if each.status == 200]
    cut = sum(each.status <= 0 for each in seen)
    assert len(answered) > KILLS * RATE * UP_S / 4
    assert cut > KILLS  # it was in the middle of something
    database = Database(url)
    with database.read() as conn:
        rows = conn.execute(select(audit.c.event, audit.c.session, audit.c.record, audit.c.decision)).all()
    opened = {row.session for row in rows if row.event == "session.opened"}
    shown = {(row.session, row.record) for row in rows if row.event == "view.shown"}
    views = 0
    for answer in answered:
        session = claims(answer["access_token"])["sid"]
        assert session in opened
        for fragment in answer["fragments"]:
            if fragment["state"] in ("ready", "stale"):
                views += 1
                assert (session, fragment["record"]) in shown
    assert views > len(answered) / 2
    keys = SealKeys.from_secrets([nodes.KEY.encode()])
    sealer = Sealer(database, keys, Anchors(anchors), 60.0, time.time)
    while sealer.step():
        pass
    sealer.anchor()
    report = verify(database, keys, anchored([anchors]))
    print(f"{len(answered)} answers with {views} views, {cut} cut off; {report.rows} rows under {report.seals} seals")
    assert (report.ok, report.rows, report.unsealed) == (True, len(rows), 0)
    database.close()


def claims(token: str) -> dict[str, str]:
    part = token.split(".")[1]
    said: dict[str, str] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return said
