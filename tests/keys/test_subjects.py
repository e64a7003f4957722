"""A key for each subject: who has it reads, who destroyed it cannot, and no process goes on with an old one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.db import Database
from app.keys import Keyring, SealBroken
from app.keys.store import KeyStore
from app.keys.subjects import Sealing, SubjectKeys, subject_of
from app.keys.wrapping import ListWrapper
from tests.databases import Moody, database_url, hasty

WRAPPER = ListWrapper(Keyring.from_secrets([b"k" * 32]))
INPUT = Sealing("acme", "Lead/1", b"what was read", "snapshot:1")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as url:
        yield url


def opened(url: str) -> SubjectKeys:
    """One process' view."""
    database = Moody(url)
    hasty(database)
    return SubjectKeys(KeyStore(database), WRAPPER, lambda: 1000.0)


@pytest.fixture
def keys(url: str) -> Iterator[SubjectKeys]:
    with closing(opened(url)) as keys:
        yield keys


@pytest.fixture
def other(url: str) -> Iterator[SubjectKeys]:
    with closing(opened(url)) as keys:
        yield keys


def test_what_one_process_sealed_another_opens_in_its_own_place_only(keys: SubjectKeys, other: SubjectKeys) -> None:
    [sealed] = keys.seal_all([INPUT])
    assert b"what was read" not in sealed
    assert other.open(sealed, "snapshot:1") == b"what was read"
    with pytest.raises(SealBroken):
        other.open(sealed, "snapshot:2")


def test_two_processes_that_come_first_agree_on_one_key(keys: SubjectKeys, other: SubjectKeys) -> None:
    both = [one.seal_all([INPUT])[0] for one in (keys, other)]
    assert [one.open(sealed, "snapshot:1") for one in (other, keys) for sealed in both] == [b"what was read"] * 4
    assert len(keys.held(["acme"], "Lead/1")) == 1


def test_connections_and_records_have_keys_of_their_own(keys: SubjectKeys) -> None:
    sealed = keys.seal_all([INPUT, Sealing("other", "Lead/1", b"x", "c"), Sealing("acme", "Lead/2", b"x", "c")])
    assert len({each[:12] for each in sealed}) == 3
    assert len({subject_of("a", "b/c"), subject_of("a/b", "c")}) == 2


def test_whoever_destroys_a_key_ends_what_it_sealed_and_the_next_is_another(keys: SubjectKeys) -> None:
    [before] = keys.seal_all([INPUT])
    assert len(keys.destroy(["acme", "other"], "Lead/1")) == 1
    assert keys.held(["acme"], "Lead/1") == []
    [after] = keys.seal_all([INPUT])
    assert keys.open(after, "snapshot:1") == b"what was read"
    with pytest.raises(SealBroken) as caught:
        keys.open(before, "snapshot:1")
    assert caught.value.reason == "subject-key-destroyed"
    assert keys.open_all([(before, "snapshot:1"), (after, "snapshot:1")]) == [None, b"what was read"]


def test_another_process_reads_from_memory_until_it_hears_of_it(keys: SubjectKeys, other: SubjectKeys) -> None:
    [sealed] = keys.seal_all([INPUT])
    assert other.open(sealed, "snapshot:1")
    keys.destroy(["acme"], "Lead/1")
    other.forget("acme", "Lead/2")
    assert other.open(sealed, "snapshot:1")
    other.forget("acme", "Lead/1")
    assert other.open_all([(sealed, "snapshot:1")]) == [None]


def test_what_is_forgotten_while_it_is_read_is_not_remembered(keys: SubjectKeys, other: SubjectKeys) -> None:
    """The row was read, then somebody erased it and all processes were told, then the row was unwrapped."""
    [sealed] = keys.seal_all([INPUT])
    store, find = other.store, other.store.of_ids

    def slow(ids: object) -> object:
        rows = find(ids)  # type: ignore[arg-type]
        keys.destroy(["acme"], "Lead/1")
        other.forget("acme", "Lead/1")
        return rows

    store.of_ids = slow  # type: ignore[method-assign, assignment]
    other.open(sealed, "snapshot:1")
    store.of_ids = find  # type: ignore[method-assign]
    assert other.open_all([(sealed, "snapshot:1")]) == [None]


def test_known_subjects_cost_no_question(keys: SubjectKeys) -> None:
    keys.seal_all([INPUT])
    database = keys.store.file
    assert isinstance(database, Moody)
    used = database.used
    [sealed] = keys.seal_all([INPUT])
    keys.open(sealed, "snapshot:1")
    assert database.used == used


def test_a_night_s_batch_leaves_the_memory_to_those_who_are_looked_at(keys: SubjectKeys) -> None:
    keys.seal_all([INPUT])
    database = keys.store.file
    assert isinstance(database, Moody)
    batch = [Sealing("acme", f"Lead/{n}", b"x", "c") for n in range(900)]
    keys.seal_all(batch, remembered=False)
    used = database.used
    keys.seal_all([INPUT], remembered=False)  # who is known is not asked for again
    assert database.used == used
    keys.seal_all(batch, remembered=False)
    assert database.used == used + 1


def test_many_new_subjects_are_one_question_and_one_write(keys: SubjectKeys) -> None:
    keys.seal_all([INPUT])
    database = keys.store.file
    assert isinstance(database, Moody)
    used = database.used
    keys.seal_all([Sealing("acme", f"Lead/{n}", b"x", "c") for n in range(900)])
    assert database.used - used == 3


def test_no_byte_of_a_destroyed_key_stays_in_the_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/keys.db"
    with closing(opened(url)) as keys:
        keys.seal_all([Sealing("acme", f"Lead/{n}", b"x", "c") for n in range(300)])
        [row] = keys.store.of_subjects([subject_of("acme", "Lead/7")]).values()
        keys.destroy(["acme"], "Lead/7")
        files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert row.wrapped not in files
    assert row.wrapped[20:40] not in files


def test_without_its_wrapping_key_the_store_says_nothing(url: str, keys: SubjectKeys) -> None:
    [sealed] = keys.seal_all([INPUT])
    stranger = ListWrapper(Keyring.from_secrets([b"s" * 32]))
    with closing(SubjectKeys(KeyStore(Database(url)), stranger, lambda: 0.0)) as other, pytest.raises(SealBroken):
        other.open(sealed, "snapshot:1")
