"""Who seals: one at a time, never before a row's turn, and what cannot be anchored is anchored later."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.audit import sealer as module
from app.audit.anchors import AnchorsUnwritable
from app.audit.seal import Seal
from app.db.schema import audit
from app.db.schema_jobs import jobs
from app.db.schema_seals import audit_seals
from tests.audit.sealing import Sealed

ROW = {"at": 5.0, "event": "session.renewed", "family": "access", "connection": "crm"}


def seals(sealed: Sealed) -> list[Seal]:
    with sealed.database.read() as conn:
        found = conn.execute(select(audit_seals.c.body).order_by(audit_seals.c.through)).scalars().all()
    return [Seal.read(each) for each in found]


def test_each_connection_and_family_has_its_chain(sealed: Sealed) -> None:
    sealed.write("Lead/1", "Lead/2")
    sealed.write("Lead/1", connection="erp")
    sealed.seal()
    sealed.write("Lead/3")
    sealed.seal()
    found = sorted((*each.chain, each.number, each.count) for each in seals(sealed))
    assert found == [
        ("", "admin", 1, 2),
        ("", "admin", 2, 1),
        ("crm", "access", 1, 2),
        ("crm", "access", 2, 1),
        ("erp", "access", 1, 1),
    ]


def test_a_batch_has_its_size(sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    sealed.write("Lead/1", "Lead/2", "Lead/3", "Lead/4")
    sealed.seal()
    assert [each.count for each in seals(sealed) if each.family == "access"] == [2, 2]
    assert sealed.verify().ok


def test_rows_that_wait_too_long_for_their_seal_are_noticed(sealed: Sealed) -> None:
    assert sealed.sealer.overdue_s() == 0
    sealed.write("Lead/1")
    sealed.now[0] += 60
    assert sealed.sealer.overdue_s() == 0  # it is not yet time
    sealed.now[0] += 40
    assert sealed.sealer.overdue_s() == pytest.approx(40)
    sealed.seal()
    assert sealed.sealer.overdue_s() == 0


@pytest.mark.parametrize("database", ["postgres"], indirect=True)  # on the other, writers come one after another
def test_a_row_that_is_committed_late_is_sealed_and_not_called_inserted(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number is lower than that of a row which everybody sees already."""
    drawn, go_on = threading.Event(), threading.Event()

    def late() -> None:
        with sealed.database.begin() as conn:
            conn.execute(insert(audit).values(ROW | {"viewer": "late"}))
            drawn.set()
            go_on.wait(30)

    thread = threading.Thread(target=late)
    thread.start()
    assert drawn.wait(30)
    sealed.write("Lead/1")
    monkeypatch.setattr(module, "PATIENCE_S", 0.2)
    sealed.seal()
    assert seals(sealed) == []  # not while somebody is on the way
    go_on.set()
    thread.join()
    sealed.seal()
    assert [each.count for each in seals(sealed) if each.connection == "crm"] == [2]
    assert sealed.verify().ok


def test_two_sealers_at_once_seal_once(sealed: Sealed) -> None:
    sealed.write(*(f"Lead/{n}" for n in range(20)))
    sealed.seal()
    sealed.write(*(f"Lead/{n}" for n in range(20)))
    threads = [threading.Thread(target=sealed.sealer.step) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    sealed.seal()
    assert [each.number for each in seals(sealed) if each.connection == "crm"] == [1, 2]
    assert sealed.verify().ok


def test_what_cannot_be_anchored_is_anchored_later(sealed: Sealed) -> None:
    sealed.write("Lead/1")
    sealed.anchors.mkdir()
    with pytest.raises(AnchorsUnwritable):
        sealed.seal()
    sealed.anchors.rmdir()
    sealed.seal()
    assert sealed.verify().ok
    assert len(sealed.anchors.read_text().splitlines()) == 2
    assert sealed.anchors.stat().st_mode & 0o077 == 0


def test_a_run_comes_back_by_itself(sealed: Sealed) -> None:
    sealed.sealer.begin()
    sealed.write("Lead/1")
    sealed.sealer.run()
    with sealed.database.read() as conn:
        waiting: list[Any] = [*conn.execute(select(jobs.c.kind, jobs.c.run_at, jobs.c.payload))]
    assert [(each.kind, json.loads(each.payload)) for each in waiting] == [("seal", {})]
    assert waiting[0].run_at > sealed.now[0]


def test_a_line_that_its_writer_could_not_end_takes_no_other_along(sealed: Sealed) -> None:
    """It was killed, or the disk was full. What it began is written once more."""
    sealed.write("Lead/1")
    sealed.seal()
    whole = sealed.anchors.read_text()
    sealed.anchors.write_text(whole[:-30])
    sealed.do("UPDATE audit_sealer SET anchored = 0")
    sealed.write("Lead/2")
    sealed.seal()
    report = sealed.verify()
    assert (report.ok, report.seals) == (True, 4)
