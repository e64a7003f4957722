"""The audit at size: a million rows verified in a minute, a page of ten million found in 0.3 s."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.audit.anchors import Anchors, anchored
from app.audit.sealer import Sealer
from app.audit.search import Place, Query, search
from app.audit.verify import verify
from app.db import Database
from app.keys import SealKeys
from tests.proof.audit_rows import AT, audit_of

pytestmark = [pytest.mark.proof, pytest.mark.alone]
MILLION = 1_000_000
SEARCHED = int(os.environ.get("INLAY_PROOF_AUDIT_ROWS", 10 * MILLION))
VERIFIED_S, PAGE_S = 60.0, 0.3
QUESTIONS = {
    "all": Query(),
    "a connection": Query(("crm7",)),
    "a rare connection": Query(("rare",)),
    "ten connections": Query([f"crm{n}" for n in range(10)]),
    "a viewer": Query(viewer="005AB4711"),
    "a viewer in a connection": Query(("crm7",), viewer="005AB4711"),
    "a record": Query(record="Lead/00QAB4711"),
    "a viewer and a record": Query(viewer="005AB7919", record="Lead/00QAB104729"),  # row 1, and every 200 000th
    "a model's version": Query(version="2"),
    "a model's version in a connection": Query(("crm7",), version="2"),
    "an event": Query(event="view.shown"),
    "a rare event": Query(event="export.given"),
    "a rare event in a connection": Query(("crm1",), event="export.given"),
    "an event that never was": Query(event="admin.linked"),
    "an hour": Query(since=AT + 1_000_000, until=AT + 1_003_600),
    "a viewer's hours": Query(viewer="005AB4711", since=AT, until=AT + 400_000),
    "nobody": Query(viewer="nobody"),
}


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_million_rows_are_verified_in_a_minute(tmp_path: Path, kind: str) -> None:
    keys = SealKeys.from_secrets([b"s" * 32])
    with audit_of(MILLION, kind, tmp_path) as database:
        sealer = Sealer(database, keys, Anchors(tmp_path / "anchors"), 60.0, lambda: AT)
        began = time.monotonic()
        while sealer.step():
            pass
        sealer.anchor()
        sealed = time.monotonic()
        steps: list[int] = []
        report = verify(database, keys, anchored([tmp_path / "anchors"]), told=steps.append)
        took = time.monotonic() - sealed
        print(f"{kind}: sealed in {sealed - began:.1f} s, verified in {took:.1f} s, {report.seals} seals")
        assert (report.ok, report.rows, report.unsealed) == (True, MILLION, 0)
        assert len(steps) >= 100
        assert took < VERIFIED_S


def seconds(database: Database, query: Query, after: Place | None = None) -> float:
    """Of the middle one of three: another's work on this machine is not the search's."""
    took = []
    for _ in range(3):
        began = time.perf_counter()
        search(database, query, 50, after)
        took.append(time.perf_counter() - began)
    return sorted(took)[1]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_page_of_ten_million_rows_is_found_at_once(tmp_path: Path, kind: str) -> None:
    with audit_of(SEARCHED, kind, tmp_path) as database:
        cold, rows = {}, {}
        for name, query in QUESTIONS.items():
            began = time.perf_counter()
            rows[name] = len(search(database, query, 50).rows)
            cold[name] = time.perf_counter() - began
        took = {name: seconds(database, query) for name, query in QUESTIONS.items()}
        took["all, from the middle on"] = seconds(database, Query(), Place(AT + SEARCHED * 0.18, SEARCHED // 2))
        for name, each in took.items():
            first = f"first {cold.get(name, each) * 1000:.1f} ms"
            print(f"{kind}: {name}: {each * 1000:.1f} ms, {first}, {rows.get(name, 50)} rows")
        assert {name for name, count in rows.items() if count == 0} == {"an event that never was", "nobody"}
        assert max(took.values()) < PAGE_S
        assert max(cold.values()) < PAGE_S
