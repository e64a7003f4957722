"""Readings of documents: once for each content, the version before while the new one is read, failures told apart."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.analysis.reading import Reading
from app.answer import State
from app.application import create_app
from app.core.analyses import fingerprint
from app.core.stored_readings import LOST_S
from app.errors import RateLimited
from app.permissions import Grant
from tests.hosts._proofs import PAGE, entra
from tests.library import CONTRACT, COPY, FOLDER, NEXT, TEXT, File, Shelf, document, shelf
from tests.world import running


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path, {CONTRACT: File(), COPY: File(name="Copy.txt")}) as made:
        yield made


def states(readings: list[Reading]) -> list[State]:
    return [each.state for each in readings]


def test_a_first_look_is_pending_and_the_next_one_has_the_analysis(stage: Shelf) -> None:
    session = stage.session()
    [first] = stage.read(session)
    assert (first.state, first.analysis) == (State.PENDING, None)
    assert first.document is not None
    assert first.document.name == "Services agreement.txt"
    stage.world.run_jobs()
    [reading] = stage.read(session)
    assert (reading.state, reading.older, reading.pages) == (State.READY, False, 1)
    assert reading.analysis is not None
    missing, law = reading.analysis.findings
    assert law.quote == "governed by the laws\nof the State of Delaware."
    assert TEXT.decode()[law.start : law.end] == law.quote
    assert (missing.quote, missing.page) == ("", None)
    [given] = stage.world.audited("analysis.given")
    assert given["decision"] == reading.decision
    assert (given["record"], given["findings"], given["model"]) == (CONTRACT, 2, "test-review")


def test_however_many_look_it_is_read_and_asked_for_once(stage: Shelf) -> None:
    sessions = [stage.session(viewer=f"1111111{n}-aaaa-4bbb-8ccc-222222222222") for n in range(5)]
    for session in sessions:
        stage.read(session)
    stage.world.run_jobs()
    assert {each for session in sessions for each in states(stage.read(session))} == {State.READY}
    assert (len(stage.core.asked), len(stage.library.downloads)) == (1, 1)


def test_the_same_content_is_never_analysed_twice(stage: Shelf) -> None:
    one, other = stage.analysed(stage.session(CONTRACT, COPY), CONTRACT, COPY)
    assert states([one, other]) == [State.READY, State.READY]
    assert len(stage.core.asked) == 1
    assert one.decision != other.decision  # each record has its own, which its viewers were shown


def test_a_changed_document_shows_the_version_before_until_it_is_read(stage: Shelf) -> None:
    session = stage.session()
    [before] = stage.analysed(session)
    stage.library.changed(CONTRACT, NEXT)
    stage.later()
    [older] = stage.read(session)
    assert (older.state, older.older, older.decision) == (State.STALE, True, before.decision)
    stage.world.run_jobs()
    [now] = stage.read(session)
    assert (now.state, now.older) == (State.READY, False)
    assert now.decision != before.decision
    assert now.analysis is not None
    assert now.changes is not None
    assert (now.changes.added, now.changes.gone, now.changes.standing) == (("law-1",), (), 2)


def test_a_file_that_was_only_saved_again_is_not_analysed_again(stage: Shelf) -> None:
    session = stage.session()
    [before] = stage.analysed(session)
    stage.library.changed(CONTRACT, TEXT)
    stage.later()
    [now] = stage.analysed(session)
    assert (now.state, now.decision, now.changes) == (State.READY, before.decision, None)
    assert len(stage.core.asked) == 1
    assert len(stage.world.audited("analysis.given")) == 1


def test_another_model_analyses_anew_and_shows_the_answer_before_meanwhile(stage: Shelf) -> None:
    session = stage.session()
    [before] = stage.analysed(session)
    stage.core.version = "2"
    analysts = stage.world.parts.analyses._analysts["reviewer"]
    analysts._recipes.clear()
    analysts.recipe("contract_review", "")
    [shown] = stage.read(session)
    assert (shown.state, shown.decision) == (State.READY, before.decision)
    stage.world.run_jobs()
    [now] = stage.read(session)
    assert now.analysis is not None
    assert now.analysis.model.version == "2"
    assert now.decision != before.decision
    assert [fingerprint(each) for each in now.analysis.findings] == [
        fingerprint(each)
        for each in before.analysis.findings  # type: ignore[union-attr]
    ]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"%PDF-1.7 broken", "a.pdf", "document-malformed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(600), "scan.png", "document-unsupported"),
        (b" \n ", "empty.txt", "document-empty"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_is_not_tried_again(
    stage: Shelf, content: bytes, name: str, code: str
) -> None:
    stage.library.put(CONTRACT, File(content, name, ""))
    session = stage.session()
    [reading] = stage.analysed(session)
    assert (reading.state, reading.problem) == (State.EMPTY, code), reading
    assert reading.sentence.endswith(".")
    [row] = stage.world.audited("document.refused")
    assert (row["problem"], row["reference"]) == (code, reading.reference)
    stage.later(3600)
    stage.analysed(stage.session())
    assert len(stage.library.downloads) == 1
    assert stage.core.asked == []


def test_a_new_version_that_cannot_be_read_leaves_the_one_before(stage: Shelf) -> None:
    session = stage.session()
    stage.analysed(session)
    stage.library.changed(CONTRACT, b"  ")
    stage.later()
    [reading] = stage.analysed(session)
    assert (reading.state, reading.older, reading.problem) == (State.STALE, True, "document-empty")


def test_what_is_no_document_is_empty(stage: Shelf) -> None:
    stage.library.documents.add(FOLDER.partition("/")[2])
    assert states(stage.read(stage.session(FOLDER), FOLDER)) == [State.EMPTY]
    assert stage.world.run_jobs() == 0


def test_a_core_that_is_down_is_tried_again_and_told_with_a_reference(stage: Shelf) -> None:
    stage.core.status = 500
    session = stage.session()
    [reading] = stage.analysed(session)
    [row] = stage.world.audited("core.failed")
    assert (reading.state, reading.reference) == (State.UNAVAILABLE, row["reference"])
    stage.core.status = 200
    stage.later()
    stage.world.run_jobs()
    assert states(stage.read(session)) == [State.READY]


def test_nonsense_is_refused_and_not_asked_for_again_at_once(stage: Shelf) -> None:
    stage.core.raw = b'{"summary": "x"}'
    session = stage.session()
    assert states(stage.analysed(session)) == [State.UNAVAILABLE]
    [row] = stage.world.audited("core.refused")
    assert row["path"] == "findings"
    stage.later(100)
    assert states(stage.analysed(session)) == [State.UNAVAILABLE]
    assert len(stage.core.asked) == 1
    stage.core.raw = None
    stage.later(600)
    assert states(stage.analysed(session)) == [State.READY]


def test_a_host_that_is_busy_is_left_alone_until_it_said(stage: Shelf) -> None:
    stage.library.download_status, stage.library.download_headers = 429, {"Retry-After": "120"}
    session = stage.session()
    assert states(stage.analysed(session)) == [State.UNAVAILABLE]
    stage.library.download_status = 200
    stage.later(100)
    stage.world.run_jobs()
    assert len(stage.library.downloads) == 1
    stage.later(25)
    stage.world.run_jobs()
    assert states(stage.read(session)) == [State.READY]


def test_a_host_that_is_away_leaves_what_was_read(stage: Shelf) -> None:
    """Nobody knows whether it is the newest, and it says so."""
    session = stage.session()
    [before] = stage.analysed(session)
    stage.library.throttled["all"] = "30"
    stage.later()
    [now] = stage.read(session)
    assert (now.state, now.decision, now.older) == (State.STALE, before.decision, False)


def test_a_host_that_was_never_heard_shows_nothing(stage: Shelf) -> None:
    stage.analysed(stage.session())
    session = stage.session()
    stage.world.parts.permissions.grants(session, session.records)
    stage.library.throttled["all"] = "30"
    assert states(stage.read(session)) == [State.UNAVAILABLE]


def test_the_connections_word_that_a_document_changed_reads_it_anew(stage: Shelf) -> None:
    session = stage.session()
    stage.analysed(session)
    record = session.records[0]
    with stage.world.parts.database.begin() as conn:
        assert stage.world.parts.analyses.outdate(conn, "sharepoint", record, stage.world.clock.now)
        assert not stage.world.parts.analyses.outdate(conn, "sharepoint", record.parse(COPY), stage.world.clock.now)
    stage.library.changed(CONTRACT, NEXT)
    assert states(stage.read(session)) == [State.STALE]  # without waiting until the host's word is old


def test_lists_wait_behind_what_somebody_opened(stage: Shelf) -> None:
    names = [document(f"01LIST{n}") for n in range(3)]
    for n, name in enumerate(names):
        stage.library.put(name, File(TEXT + b"%d" % n))
    stage.read(stage.session(*names), *names)
    stage.read(stage.session())
    stage.world.runner.step()
    assert states(stage.read(stage.session())) == [State.READY]


def test_a_core_that_takes_minutes_is_asked_once(stage: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks meanwhile sees that somebody is at it."""
    monkeypatch.setattr("app.analysis.telling.BEAT_S", 0.02)
    stage.core.free.clear()
    session = stage.session()
    stage.read(session)
    working = threading.Thread(target=stage.world.run_jobs)
    working.start()
    until(lambda: len(stage.core.asked) == 1)
    try:
        for _ in range(4):
            stage.later(LOST_S * 0.9)
            time.sleep(0.2)
            assert states(stage.read(session)) == [State.PENDING]
    finally:
        stage.core.free.set()
        working.join()
    assert stage.world.run_jobs() == 0
    assert states(stage.read(session)) == [State.READY]
    assert len(stage.core.asked) == 1


def until(done: Callable[[], bool]) -> None:
    for _ in range(1000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_word_and_the_library_read_the_same_document_once(stage: Shelf) -> None:
    """A connection whose records are read through another one shares what is kept of them."""
    settings = stage.world.settings
    word = replace(settings.connections["office"], records_from="sharepoint")
    shared = replace(settings, connections={**settings.connections, "office": word})
    [there] = stage.analysed(stage.session())
    with running(shared, stage.world.clock) as (parts, _):
        connection = parts.connections.get("office")
        builder = entra("office").said("uti", "another").asked(records=(CONTRACT,))
        form = builder.attempt().session_form("office")
        client = create_app(parts).test_client()
        answer = client.post("/session", data=form, headers={"Origin": PAGE})
        session = parts.sessions.load(answer.json["access_token"])
        grants = parts.permissions.grants(session, session.records)
        [here] = parts.analyses.readings(session, connection, list(grants.values())).values()
    assert (here.state, here.decision) == (State.READY, there.decision)
    assert len(stage.core.asked) == 1


def test_floods_of_new_documents_wait(stage: Shelf) -> None:
    session, spent = stage.session(CONTRACT, COPY), []

    def admit() -> None:
        spent.append(1)
        if len(spent) > 1:
            raise RateLimited

    grants = stage.world.parts.permissions.grants(session, session.records)
    seen = [each for each in grants.values() if isinstance(each, Grant)]
    told = stage.world.parts.analyses.readings(session, stage.connection(), seen, admit)
    assert states(list(told.values())) == [State.PENDING, State.PENDING]
    stage.world.run_jobs()
    assert len(stage.library.downloads) == 1


def test_a_viewer_whom_the_host_refuses_sees_nothing_of_what_others_read(stage: Shelf) -> None:
    stage.analysed(stage.session())
    other = stage.session(viewer="11111111-aaaa-4bbb-8ccc-222222222222")
    stage.library.blind.add("11111111-aaaa-4bbb-8ccc-222222222222")
    told = stage.world.parts.analyses.readings(other, stage.connection(), [Grant(other.records[0])])
    assert states(list(told.values())) == [State.EMPTY]
    assert all(each.analysis is None for each in told.values())
