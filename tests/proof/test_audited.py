"""No acknowledged answer lacks its audit row: the server is killed twenty times under a hundred requests a second.

Each client is somebody new who opens a session with two records: one that nobody has looked at yet, so that a decision
is made for it, and one of a few that many look at. What each was told is compared with what the database has after.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from app.audit.anchors import Anchors, anchored
from app.audit.sealer import Sealer
from app.audit.verify import verify
from app.core.stored import StoredScores
from app.db import Database
from app.db.schema import audit
from app.keys import Keyring, SealKeys
from app.keys.store import KeyStore
from app.keys.subjects import SubjectKeys
from app.keys.wrapping import ListWrapper
from tests.proof import nodes
from tests.proof.nodes import Process, serving
from tests.proof.staged.core import CoreProcess
from tests.proof.staged.load import CUT, REFUSED, Ask, Load, Seen
from tests.services import private_postgres
from tests.session.test_session import claims

pytestmark = [pytest.mark.proof, pytest.mark.alone]
KILLS, RATE = 20, 100.0
UP_S = 1.5  # how long it works between two kills, at least


@contextmanager
def stored_at(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The URLs of the database and of its key store."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/inlay.db", f"sqlite:///{folder}/inlay-keys.db"
    else:
        with private_postgres() as server:
            yield server.url, f"{server.url}-keys"


def newcomers(node: Process) -> Iterator[Ask]:
    for number in itertools.count():
        yield nodes.first(node, f"viewer-{number}", [f"Lead/{number}", f"Lead/popular-{number % 5}"])


def killed(node: Process, stop: threading.Event) -> int:
    """Kill all of its processes, again and again, and start it anew; how often."""
    times = 0
    while times < KILLS and not stop.is_set():
        time.sleep(UP_S + 0.01 * times)  # not always at the same moment of its life
        os.killpg(node.popen.pid, signal.SIGKILL)
        node.popen.wait()
        times += 1
        node.start()
        node.wait_ready()
    return times


def under_load(node: Process) -> tuple[list[Seen], int]:
    """What clients saw while the server was killed twenty times."""
    seen: list[Seen] = []
    over = threading.Event()

    def load() -> None:
        asks = newcomers(node)
        while not over.is_set():
            seen.extend(Load(asks, RATE, 2.0).run())

    clients = threading.Thread(target=load)
    clients.start()
    try:
        times = killed(node, over)
        time.sleep(1.0)
    finally:
        over.set()
        clients.join()
    return seen, times


def told(answer: Seen) -> tuple[str, list[str]]:
    """The session that an answer opened, and the records of which it showed a number."""
    said = json.loads(answer.body)
    session = str(claims(said["access_token"])["sid"])
    return session, [each["record"] for each in said["fragments"] if each["state"] in ("ready", "stale")]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_for_every_answer_that_a_client_received_there_is_its_row(tmp_path: Path, kind: str) -> None:
    core = CoreProcess()
    try:
        with (
            stored_at(kind, tmp_path) as (store, keys),
            serving(tmp_path, store, core.url, workers=2, stored='seal_every = "1s"') as (node,),
        ):
            seen, times = under_load(node)
            answers = [told(each) for each in seen if each.status == 200]
            assert times == KILLS
            assert any(each.status in (CUT, REFUSED) for each in seen), "nobody noticed a kill"
            shown = sum(len(records) for _, records in answers)
            print(f"{kind}: {len(seen)} requests, {len(answers)} answered, {shown} scores shown, {times} kills")
            assert shown > 500, "too few were answered for this to say anything"
            with closing(Database(store)) as database:
                compare(database, keys, tmp_path, answers)
    finally:
        core.kill()


def compare(database: Database, keys: str, folder: Path, answers: list[tuple[str, list[str]]]) -> None:
    """Each session and each view that somebody was told of has its row, each decision its row, its score and its
    input, which opens."""
    c = audit.c
    with database.read() as conn:
        opened = set(conn.execute(select(c.session).where(c.event == "session.opened")).scalars())
        rows = conn.execute(select(c.session, c.record, c.decision).where(c.event == "view.shown")).all()
        given = set(conn.execute(select(c.decision).where(c.event == "answer.given")).scalars())
    views = {(row.session, row.record): row.decision for row in rows}
    missing = [session for session, _ in answers if session not in opened]
    assert missing == [], "sessions without their rows"
    lost = [(session, record) for session, records in answers for record in records if (session, record) not in views]
    assert lost == [], "answers without their rows"
    decisions = {views[session, record] for session, records in answers for record in records}
    assert decisions <= given, "decisions without their rows"
    assert_sealed(database, folder / "inlay-anchors.jsonl", len(answers))
    wrapper = ListWrapper(Keyring.from_secrets([nodes.KEY]))
    with closing(SubjectKeys(KeyStore(Database(keys)), wrapper, time.time)) as subjects:
        stored = StoredScores(database, subjects)
        for decision in sorted(decisions):
            assert stored.decided([decision])[decision].snapshot == {"activity": 3}


def assert_sealed(database: Database, anchors: Path, least: int) -> None:
    """What was sealed between kills, by whichever process lived, and what is sealed now are whole chains."""
    signer = SealKeys.from_secrets([nodes.KEY.encode()])
    sealer = Sealer(database, signer, Anchors(anchors), 60.0, time.time)
    while sealer.step():
        pass
    sealer.anchor()
    report = verify(database, signer, anchored([anchors]))
    assert report.ok, report.first
    assert (report.rows > least, report.unsealed) == (True, 0), "what is sealed is all that there is"
    print(f"{report.rows} rows under {report.seals} seals")
