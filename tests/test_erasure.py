"""Erasing a subject: what it takes away, what stands, and that nobody reads it any more, also not in a backup."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from app.audit import AuditLog
from app.core.shared import VERSION, SharedScores
from app.db import Database, outbox
from app.db.erasing import Subject
from app.db.jobs import enqueue
from app.db.schema import leases
from app.db.schema_api import import_rows, imports
from app.db.schema_documents import analyses, earlier_reviews, readings, reviews
from app.db.schema_feedback import feedback_threads, outcomes, thumbs
from app.erasure import Erased, Erasure
from app.errors import Unavailable
from app.keys import Keyring
from app.metrics import NullMetrics
from app.review.write_back.rows import Place, wish
from app.wiring import subject_keys
from tests.core.server import Core, Handler, good, well
from tests.core.shelf import MemoryShelf
from tests.databases import migrated_url
from tests.machines.callers.world import bring, key, lines, row
from tests.world import LEAD, World
from tests.world import world as make_world

OTHER = "Lead/00QAB000009LeadAA2"
SECRET = "Distinctive-Holdings-Ltd"
FAMILY = ("acme", "acme-pages")
SUBJECT = Subject("acme", FAMILY, *LEAD.split("/"))


@pytest.fixture
def erasure(world: World) -> Iterator[Erasure]:
    with beside(world) as made:
        yield made


@contextmanager
def beside(world: World) -> Iterator[Erasure]:
    """As a command has it: another process on the same databases."""
    with closing(Database(world.settings.store.url)) as database:
        database.overwriting()
        keyring = Keyring.from_secrets([each.reveal_bytes() for each in world.settings.server.keys])
        with closing(subject_keys(world.settings, keyring, world.clock)) as keys:
            yield Erasure(database, keys, AuditLog(database, world.clock, NullMetrics()), None, world.clock)


def looked_at(world: World) -> str:
    """Two records are looked at through two connections; one of them holds what must go. The session's token."""
    ids = [each.partition("/")[2] for each in (LEAD, OTHER)]
    world.api.rows = {each: {"activity": SECRET, "company_size": 250, "AnnualRevenue": 1} for each in ids[:1]}
    world.api.rows[ids[1]] = {"activity": 4, "company_size": 9, "AnnualRevenue": 2}
    world.core.answer_to = quoting  # type: ignore[method-assign]
    world.frame_token()
    return world.element_token(records=[LEAD, OTHER])


def quoting(path: str, body: Any) -> Any:
    """A core whose reasons quote what it was told."""
    if path.endswith(":batch"):
        return {"results": [quoting("", item) for item in body["items"]]}
    said = body["features"].get("activity")
    named = {"label": f"Works at {said}", "effect": 9, "detail": f"{said} grows", "fields": ["activity"]}
    return good(factors=[named])


def count(world: World, query: str) -> int:
    with world.parts.database.read() as conn:
        return int(conn.execute(text(query)).scalar_one())


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("*.db*")))


def test_before_it_says_what_there_is_and_changes_nothing(world: World, erasure: Erasure) -> None:
    looked_at(world)
    before = count(world, "SELECT sum(length(snapshot)) FROM scores"), count(world, "SELECT max(seq) FROM audit")
    found = erasure.find(SUBJECT)
    assert (found.keys, found.rows["scores"], found.is_empty) == (2, 2, False)
    assert before == (
        count(world, "SELECT sum(length(snapshot)) FROM scores"),
        count(world, "SELECT max(seq) FROM audit"),
    )
    assert erasure.find(SUBJECT) == found
    assert erasure.find(Subject("acme", FAMILY, "Lead", "nobody")).is_empty


def test_nothing_of_it_can_be_read_any_more_and_counts_stand(world: World, erasure: Erasure) -> None:
    looked_at(world)
    counts = "SELECT count(*) FROM scores", "SELECT count(*) FROM audit WHERE event IN ('answer.given', 'view.shown')"
    before = [count(world, each) for each in counts]
    done = erasure.erase(SUBJECT, by="Ada")
    assert done.is_proved, done.proofs
    assert (done.found.keys, done.found.rows["scores"]) == (2, 2)
    assert [count(world, each) for each in counts] == before
    assert count(world, "SELECT count(*) FROM scores WHERE erased_at IS NULL") == 1  # the other record's
    assert count(world, "SELECT count(*) FROM scores WHERE record_id LIKE '%LeadAA2' AND erased_at IS NOT NULL") == 0
    [row] = world.audited("subject.erased")
    assert (row["connection"], row["reference"], row["admin"], row["keys"]) == ("acme", done.reference, "Ada", 2)
    assert LEAD not in json.dumps(row)
    assert LEAD.partition("/")[2] not in json.dumps(row)


def test_no_byte_of_what_was_read_is_in_the_database_its_log_or_a_backup_of_before(
    world: World, erasure: Erasure
) -> None:
    """The files themselves are searched. What is sealed is tried with the key store as it is after."""
    looked_at(world)
    world.parts.database.wipe([])
    backup = world.folder / "before.db"
    shutil.copy(world.folder / "inlay.db", backup)
    with closing(Database(f"sqlite:///{backup}")) as of_before, of_before.read() as conn:
        kept = conn.execute(text("SELECT id, snapshot, reasons FROM scores WHERE record_id = :id"), {"id": SUBJECT.id})
        sealed = [(f"{name}:{row.id}", bytes(getattr(row, name))) for row in kept for name in ("snapshot", "reasons")]
    assert len(sealed) == 4
    assert SECRET.encode() in world.parts.subject_keys.open(sealed[0][1], sealed[0][0])
    assert erasure.erase(SUBJECT).is_proved
    world.parts.epochs.look()
    assert world.parts.subject_keys.open_all([(each, place) for place, each in sealed]) == [None] * 4
    for word in (SECRET, "grows", "Distinctive"):
        assert word.encode() not in files(world.folder)  # database, write-ahead log, key store, and the backup
    for _, each in sealed:  # nor what was sealed, where it lay
        assert each[24:48] not in (world.folder / "inlay.db").read_bytes()
        assert each[24:48] not in (world.folder / "inlay.db-wal").read_bytes()
        assert each[24:48] in backup.read_bytes()


def test_a_backup_of_before_that_is_brought_back_shows_nothing_of_it(world: World, erasure: Erasure) -> None:
    looked_at(world)
    kept = [row["decision"] for row in world.audited("answer.given") if row["record"] == LEAD]
    with world.parts.database.read() as conn:
        rows = conn.execute(text("SELECT * FROM scores WHERE record_id = :id"), {"id": SUBJECT.id}).mappings().all()
    erasure.erase(SUBJECT)
    world.parts.epochs.look()
    with world.parts.database.begin() as conn:
        for row in rows:  # as they were
            sets = ", ".join(f"{name} = :{name}" for name in row if name != "id")
            conn.execute(text(f"UPDATE scores SET {sets} WHERE id = :id"), dict(row))
    assert world.parts.stored.by_decision(kept) == {}


def test_running_processes_forget_it_within_the_epoch_and_score_it_anew(world: World, erasure: Erasure) -> None:
    token = looked_at(world)
    assert SECRET in world.batch(token, [f"score-card {LEAD} -"]).text
    world.api.rows[SUBJECT.id] = {"activity": 1}
    asked = world.core.asked
    erasure.erase(SUBJECT)
    world.parts.epochs.look()
    answer = world.batch(token, [f"score-card {LEAD} -", f"score-card {OTHER} -"])
    assert SECRET not in answer.text
    assert world.core.asked == asked + 1  # the other one is still known
    [now] = world.parts.subject_keys.held(["acme-pages"], LEAD)
    assert count(world, f"SELECT count(*) FROM erased_keys WHERE id = '{now}'") == 0


def test_what_launches_carried_is_gone_too(world: World, erasure: Erasure) -> None:
    features = {LEAD: {"activity": SECRET}, OTHER: {"activity": 2}}
    token = world.element_token(records=[LEAD, OTHER], connection="acme-carried", features=features)
    session = world.parts.sessions.load(token)
    carried = world.parts.sessions._carried
    with world.parts.database.read() as conn:
        sealed = bytes(conn.execute(text("SELECT features FROM sessions WHERE features IS NOT NULL")).scalar_one())
    assert carried.open(session, "features", sealed) == features
    erasure.erase(Subject("acme-carried", ("acme-carried",), *LEAD.split("/")))
    world.parts.epochs.look()
    assert carried.open(session, "features", sealed) == {OTHER: {"activity": 2}}


def test_each_table_s_rule_takes_the_subject_s_rows_and_no_other_s(world: World, erasure: Erasure) -> None:
    mine, theirs = SUBJECT.id, OTHER.partition("/")[2]
    with world.parts.database.begin() as conn:
        for name in (mine, theirs, f"{mine}x"):
            analysis = {"mine": mine, "shared": mine}.get(name, name)
            reading = {column.name: None for column in readings.c} | dict.fromkeys(
                ("done", "total", "share", "share_at", "left_s", "beat_at", "retry_at"), 0
            )
            named = {"connection": "acme", "capability": "c", "record_type": "Lead", "record_id": name}
            conn.execute(insert(readings).values(reading | named | {"analysis": analysis, "before": "shared"}))
            review = named | {
                "item": "i", "decision": "d", "verdict": "v", "severity": "", "reason": "", "viewer": "v", "said": b"",
                "at": 0.0,
            }  # fmt: skip
            conn.execute(insert(reviews).values(review))
            kept = {"version": 1, "via": "", "of_model": "", "approval": "", "kept_until": 0.0}
            conn.execute(insert(earlier_reviews).values(review | kept))
            said = {"viewer": "v", "decision": name, "thumb": "up", "word": "", "version": 1, "at": 0.0}
            conn.execute(insert(thumbs).values(named | said))
            came = {"connection": "acme", "record_type": "Lead", "record_id": name, "outcome": "converted", "at": 0.0}
            conn.execute(insert(outcomes).values(came))
            told = {"thread": name, "core": "c", "item": "", "version": 0}
            conn.execute(insert(feedback_threads).values(named | told))
            wish(conn, Place("acme", "c", "Lead", name), 0.0, cause="review", viewer="v")
            conn.execute(insert(leases).values(key=f"acme|c|||Lead/{name}", owner="o", until=0.0, epoch=0))
            enqueue(conn, "rescore", {"connection": "acme", "record": f"Lead/{name}"})
            row = {"import_id": "night", "id": name, "record_type": "Lead", "record_id": name, "value": 1.0}
            row |= {"meaning": "index", "model_name": "", "model_version": "", "as_of": 0.0, "valid_until": 0.0}
            conn.execute(insert(import_rows).values(row | {"features_hash": "", "snapshot": b"", "reasons": b""}))
            outbox.put(conn, [outbox.Entry(name, "main", "acme", "Lead", name, "t", "k", "{}", 0.0)])
        night = {"id": "night", "connection": "acme", "capability": "c", "batch": "n", "service": "s", "rows": 3}
        night |= {"state": "receiving", "content_hash": "", "told": "", "begun_at": 0.0, "at": 0.0}
        conn.execute(insert(imports).values(night))
        for name in (mine, theirs, "shared"):
            row = {"id": name, "connection": "acme", "content_hash": name, "recipe": "", "model_name": "", "pages": 1}
            conn.execute(insert(analyses).values(row | {"model_version": "", "body": b"", "created_at": 0.0}))
        both = [f"Lead/{mine}", f"Lead/{theirs}"]
        enqueue(conn, "score", {"connection": "acme", "records": both})
        enqueue(conn, "rescore", {"connection": "elsewhere", "record": f"Lead/{mine}"})
    found = erasure.find(SUBJECT)
    expected = {"scores": 0, "analyses": 1, "readings": 1, "reviews": 1, "jobs": 2, "leases": 1, "thumbs": 1}
    expected |= {"feedback_threads": 1, "outcomes": 1, "write_backs": 1, "outbox": 1, "import_rows": 1}
    expected |= {"earlier_reviews": 1}
    assert found.rows == expected
    assert erasure.erase(SUBJECT).found.rows == expected
    left = {
        "readings": "record_id", "reviews": "record_id", "write_backs": "record_id", "outbox": "record_id",
        "import_rows": "record_id", "earlier_reviews": "record_id",
        "leases": "substr(key, 15)", "analyses": "id",
    }  # fmt: skip
    with world.parts.database.read() as conn:
        for table, column in left.items():
            names = set(conn.execute(text(f"SELECT {column} FROM {table}")).scalars())
            assert names == {theirs, "shared" if table == "analyses" else f"{mine}x"}, table
        payloads = [json.loads(each) for each in conn.execute(text("SELECT payload FROM jobs ORDER BY id")).scalars()]
    assert payloads == [
        {"connection": "acme", "record": f"Lead/{theirs}"},
        {"connection": "acme", "record": f"Lead/{mine}x"},
        {"connection": "acme", "records": [f"Lead/{theirs}"]},
        {"connection": "elsewhere", "record": f"Lead/{mine}"},
    ]


def test_what_is_scored_meanwhile_is_not_kept(world: World, erasure: Erasure) -> None:
    """It was read before, and its answer came after."""
    token = world.element_token(records=[])

    def erased_meanwhile(core: Core, handler: Handler, body: bytes) -> None:
        erasure.erase(SUBJECT)
        well(core, handler, body)

    world.core.behave(erased_meanwhile, times=1)
    assert world.batch(token, [f"score-badge {LEAD} -"]).json["fragments"][0]["state"] != "ready"
    assert count(world, "SELECT count(*) FROM scores") == 0


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_who_is_in_a_batch_that_is_being_applied_is_erased_by_one_run(kind: str, tmp_path: Path) -> None:
    """It begins at the worst moment: the batch has looked for erased records, and its scores are not committed yet."""
    erased: list[Erased] = []
    with migrated_url(kind, tmp_path) as url, make_world(tmp_path, store=url) as world, beside(world) as erasure:
        running = Thread(target=lambda: erased.append(erasure.erase(SUBJECT)))

        @event.listens_for(world.parts.database.engine, "after_cursor_execute")
        def began(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
            if "changes.kind = " in statement and not running.ident:
                running.start()
                running.join(0.5)  # it does all that it can, and waits for us

        answer = bring(world, key(world), lines(row(record=LEAD), row(record=OTHER)))
        assert answer.status_code == 200, answer.text
        running.join(10)
        assert erased[0].is_proved
        assert count(world, "SELECT count(*) FROM scores WHERE record_id <> ''") == 1
        assert erasure.find(SUBJECT).is_empty


def test_what_redis_has_goes_and_while_it_is_away_nothing_is_erased(world: World, erasure: Erasure) -> None:
    looked_at(world)
    shelf = MemoryShelf()
    shelf.values = {
        f"inlay:life:s{VERSION}:{connection}|lead_score|||{record}": b"x"
        for connection in FAMILY for record in (LEAD, OTHER)
    }  # fmt: skip
    shared = Erasure(erasure._database, erasure._keys, erasure._audit, SharedScores(shelf, "life"), world.clock)
    shelf.away = True
    with pytest.raises(Unavailable, match="nothing was erased"):
        shared.erase(SUBJECT)
    assert not shared.find(SUBJECT).is_empty
    shelf.away = False
    assert shared.erase(SUBJECT).is_proved
    assert {each.rpartition("|")[2] for each in shelf.values} == {OTHER}
