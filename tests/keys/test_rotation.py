"""Rotation: all that an old key sealed is by the new one, servers read on meanwhile, and a killed one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, insert, text

from app.db import Database, schema
from app.db.identities import enqueue_revoke
from app.db.schema import identities, sessions
from app.db.schema_documents import analyses, earlier_reviews, reviews
from app.keys import Keyring
from app.keys.rotation import BY_SUBJECT, SEALED, counts, rotate, waiting
from app.keys.store import KeyStore
from app.keys.subjects import Sealing, SubjectKeys
from app.keys.wrapping import ListWrapper
from tests.databases import hasty, migrated_url

OLD, BOTH, NEW = (Keyring.from_secrets(each) for each in (["o" * 32], ["n" * 32, "o" * 32], ["n" * 32]))
MANY = 450  # more than two batches


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with migrated_url(request.param, tmp_path) as url, closing(Database(url)) as database:
        hasty(database)
        yield database


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KeyStore]:
    with closing(KeyStore(Database(f"sqlite:///{tmp_path}/keys.db"))) as store:
        hasty(store.file)
        yield store


def filled(database: Database, store: KeyStore) -> bytes:
    """Something in each kind of place, by the old key; what a subject's key sealed."""
    session = {"connection": "a", "viewer": "v", "component": "c", "created_at": 0.0, "ends_at": 9.0}
    with database.begin() as conn:
        for n in range(MANY):
            token = OLD.seal(b"token", f"host-token:s{n}")
            conn.execute(insert(sessions).values(session | {"id": f"s{n}", "host_token": token, "signed_in": False}))
        tokens = OLD.seal(b"tokens", "identity:a:v")
        conn.execute(insert(identities).values(connection="a", viewer="v", tokens=tokens, version=1, ends_at=9.0))
        enqueue_revoke(conn, "a", "v", tokens)
        said = OLD.seal(b"said", "review:a:c:Lead/1:i:v")
        named = {"connection": "a", "capability": "c", "record_type": "Lead", "record_id": "1", "item": "i"}
        rest = {"decision": "d", "verdict": "v", "severity": "", "reason": "", "viewer": "v", "at": 0.0}
        conn.execute(insert(reviews).values(named | rest | {"said": said}))
        kept = {"version": 1, "via": "", "of_model": "", "approval": "", "kept_until": 9.0}
        conn.execute(insert(earlier_reviews).values(named | rest | {"said": said} | kept))
        body = {"id": "x", "connection": "a", "content_hash": "h", "recipe": "", "model_name": "", "model_version": ""}
        sealed = OLD.seal(b"body", "analysis:x")
        conn.execute(insert(analyses).values(body | {"pages": 1, "created_at": 0.0, "body": sealed}))
    subjects = SubjectKeys(store, ListWrapper(OLD), lambda: 0.0)
    return subjects.seal_all([Sealing("a", f"Lead/{n}", b"input", "c") for n in range(MANY)])[7]


def go(database: Database, store: KeyStore, told: object = None) -> object:
    return rotate(database, store, BOTH, ListWrapper(BOTH), told or (lambda _: None))  # type: ignore[arg-type]


def test_afterwards_the_old_key_is_needed_for_nothing(database: Database, store: KeyStore) -> None:
    sealed, parts = filled(database, store), (database, store, BOTH, ListWrapper(BOTH))
    assert waiting(*parts) == 2 * MANY + 4
    heard: list[int] = []
    tally = rotate(*parts, heard.append)
    assert (tally.subjects, tally.values, tally.broken) == (MANY, MANY + 5, 0)
    assert sum(heard) == 2 * MANY + 5
    assert waiting(*parts) == 0
    assert set(counts(database, BOTH.kids)) == {NEW.kids[0]}
    with database.read() as conn:
        token = conn.execute(text("SELECT host_token FROM sessions WHERE id = 's3'")).scalar_one()
        said = conn.execute(text("SELECT said FROM reviews")).scalar_one()
    assert NEW.open(bytes(token), "host-token:s3") == b"token"
    assert NEW.open(bytes(said), "review:a:c:Lead/1:i:v") == b"said"
    assert SubjectKeys(store, ListWrapper(NEW), lambda: 0.0).open(sealed, "c") == b"input"
    assert rotate(*parts, heard.append).values == 0


def test_whoever_is_killed_goes_on_and_what_changed_meanwhile_stays(database: Database, store: KeyStore) -> None:
    sealed = filled(database, store)

    def kill(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go(database, store, kill)
    assert 0 < waiting(database, store, BOTH, ListWrapper(BOTH)) < 2 * MANY + 4
    assert SubjectKeys(store, ListWrapper(BOTH), lambda: 0.0).open(sealed, "c") == b"input"  # servers go on
    with database.begin() as conn:  # a viewer goes meanwhile
        conn.execute(text("UPDATE sessions SET host_token = NULL WHERE id = 's449'"))
    go(database, store)
    assert waiting(database, store, BOTH, ListWrapper(BOTH)) == 0
    with database.read() as conn:
        assert conn.execute(text("SELECT host_token FROM sessions WHERE id = 's449'")).scalar_one() is None


def test_what_no_key_opens_is_counted_and_left(database: Database, store: KeyStore) -> None:
    filled(database, store)
    stranger = Keyring.from_secrets(["n" * 32])
    tally = rotate(database, store, stranger, ListWrapper(stranger), lambda _: None)
    assert (tally.subjects, tally.values, tally.broken) == (0, 0, 2 * MANY + 5)
    assert set(counts(database, stranger.kids)) == {""}


def test_every_sealed_column_is_rotated_or_is_by_subjects_keys() -> None:
    binary = {
        f"{table.name}.{column.name}"
        for table in schema.metadata.tables.values()
        for column in table.c
        if isinstance(column.type, LargeBinary)
    }
    listed = {"audit_seals.listing"}  # packed digests, sealed by nobody
    assert binary == {each.name for each in SEALED} | BY_SUBJECT | listed, "a new sealed column: say how it is rotated"
