"""Searching: by every word, the newest first, page by page without a gap, and only where one may look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from app.audit import search as module
from app.audit.search import Place, Query, connections, found, search
from app.db import Database
from app.db.schema import audit
from app.errors import BadRequest
from tests.databases import migrated_url

ROWS = 120


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """120 rows of four connections (one has no name), several at one moment."""
    with migrated_url(request.param, Path(tmp_path_factory.mktemp("log"))) as url:
        database = Database(url)
        with database.begin() as conn:
            conn.execute(insert(audit), [row(n) for n in range(1, ROWS + 1)])
        yield database
        database.close()


def row(n: int) -> dict[str, Any]:
    given = n % 3 == 0
    return {
        "seq": n, "at": 1000.0 + n // 4, "event": "answer.given" if given else "view.shown", "family": "decision",
        "connection": ("crm", "erp", "hr", None)[n % 4], "viewer": f"v{n % 7}", "session": f"s{n}",
        "decision": f"d{n}", "record": f"Lead/{n % 5}", "version": f"{n % 2}" if given else None, "detail": None,
    }  # fmt: skip


def numbers(database: Database, query: Query, limit: int = 1000, after: Place | None = None) -> list[int]:
    return [each.seq for each in search(database, query, limit, after).rows]


def expected(**said: Any) -> list[int]:
    """By reading all of them, newest first."""
    scope = said.pop("connections", None)
    since, until = said.pop("since", 0), said.pop("until", 1e12)
    return [
        each["seq"]
        for each in sorted(map(row, range(1, ROWS + 1)), key=lambda each: (-each["at"], -each["seq"]))
        if all(each[name] == value for name, value in said.items())
        and (scope is None or each["connection"] in scope)
        and since <= each["at"] < until
    ]


ASKED: list[dict[str, Any]] = [
    {},
    {"viewer": "v3"},
    {"record": "Lead/2"},
    {"version": "1"},
    {"event": "answer.given"},
    {"since": 1005.0, "until": 1011.0},
    {"viewer": "v3", "record": "Lead/2"},
    {"version": "0", "event": "answer.given", "since": 1009.0},
    {"viewer": "v1", "event": "view.shown", "until": 1020.0},
    {"viewer": "nobody"},
    {"event": "view.shown", "version": "1"},
]


@pytest.mark.parametrize("scope", [None, ("crm",), ("erp", "hr"), ("gone",), ()])
@pytest.mark.parametrize("asked", ASKED)
def test_what_is_found_is_what_was_asked_for(
    log: Database, asked: dict[str, Any], scope: tuple[str, ...] | None
) -> None:
    assert numbers(log, Query(scope, **asked)) == expected(connections=scope, **asked)


@pytest.mark.parametrize("scope", [None, ("crm", "erp", "hr")])
def test_pages_follow_each_other_without_a_gap(log: Database, scope: tuple[str, ...] | None) -> None:
    query, seen, after = Query(scope), list[int](), None
    while True:
        page = search(log, query, 7, after)
        seen += [each.seq for each in page.rows]
        after = page.after
        if after is None:
            break
        assert len(page.rows) == 7
        assert Place.parse(str(after)) == after
    assert seen == expected(connections=scope)


def test_all_is_read_in_small_pages(log: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LEAST_PAGE", 2)
    assert [each.seq for each in found(log, Query(), None, 3)] == expected()


def test_connections_are_those_that_have_rows(log: Database) -> None:
    assert connections(log) == ["crm", "erp", "hr"]


@pytest.mark.parametrize("place", ["", "x,1", "1.0", "1.0,x", "1.0,2,3"])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(BadRequest):
        Place.parse(place)


@pytest.mark.parametrize("log", ["sqlite"], indirect=True)  # the other plans by what is in a table: see the proof
@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Query(), "audit_at"),
        (Query(("crm",)), "audit_connection (connection=?"),
        (Query(("crm",), event="view.shown"), "audit_kind (connection=? AND event=?"),
        (Query(event="view.shown"), "audit_event (event=?"),
        (Query(("crm",), viewer="v1", event="view.shown"), "audit_viewer (viewer=?"),
        (Query(("crm",), viewer="v1", record="Lead/1"), "audit_record (record=?"),
        (Query(("crm",), version="1", event="answer.given"), "audit_version (connection=? AND version=?"),
    ],
)
def test_every_question_goes_along_an_index_in_its_order(log: Database, query: Query, index: str) -> None:
    """Neither a scan nor a sort: what a page costs does not grow with the log."""
    for after in (None, Place(1020.0, 80)):
        leg = module._legs(log, query)[0].order_by(audit.c.at.desc(), audit.c.seq.desc()).limit(50)
        if after:
            leg = leg.where(audit.c.at <= after.at, module._behind(after))
        said = leg.compile(log.engine, compile_kwargs={"literal_binds": True})
        with log.read() as conn:
            plan = " | ".join(conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}").scalars(3))
        assert index in plan
        assert "TEMP B-TREE" not in plan
