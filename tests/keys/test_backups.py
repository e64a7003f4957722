"""Backups of the key store: they bring keys back, never destroyed ones, and are gone when their time is over."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from app.errors import ConfigError
from app.keys.backups import back_up, expire, restore
from app.keys.subjects import subject_of
from tests.keys.test_subjects import INPUT, opened

DAY_S = 86_400.0


def test_a_lost_store_is_brought_back(tmp_path: Path) -> None:
    with closing(opened(f"sqlite:///{tmp_path}/keys.db")) as keys:
        [sealed] = keys.seal_all([INPUT])
        path = back_up(keys.store, tmp_path / "backups", 1000.0)
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == ["inlay-keys-19700101T001640Z.backup"]
    with closing(opened(f"sqlite:///{tmp_path}/new.db")) as keys:
        assert keys.open_all([(sealed, "snapshot:1")]) == [None]
        assert restore(keys.store, path) == 1
        assert keys.open(sealed, "snapshot:1") == b"what was read"


def test_what_was_destroyed_does_not_come_back(tmp_path: Path) -> None:
    """Neither where the store knows it, nor where only the main database does."""
    with closing(opened(f"sqlite:///{tmp_path}/keys.db")) as keys:
        [sealed] = keys.seal_all([INPUT])
        path = back_up(keys.store, tmp_path, 1000.0)
        gone = keys.destroy(["acme"], "Lead/1")
        restore(keys.store, path)
        assert keys.open_all([(sealed, "snapshot:1")]) == [None]
    with closing(opened(f"sqlite:///{tmp_path}/lost.db")) as keys:
        restore(keys.store, path)
        assert keys.destroy_ids(gone) == gone
        assert keys.open_all([(sealed, "snapshot:1")]) == [None]


def test_after_its_days_no_backup_holds_a_destroyed_key(tmp_path: Path) -> None:
    with closing(opened(f"sqlite:///{tmp_path}/keys.db")) as keys:
        keys.seal_all([INPUT])
        [row] = keys.store.of_subjects([subject_of("acme", "Lead/1")]).values()
        back_up(keys.store, tmp_path / "b", 0.0)
        keys.destroy(["acme"], "Lead/1")
        back_up(keys.store, tmp_path / "b", 3 * DAY_S)
        (tmp_path / "b" / "inlay-keys-nobody-knows.backup").write_bytes(row.wrapped)
        assert row.wrapped in everything(tmp_path)
        assert len(expire(tmp_path / "b", 7 * DAY_S, 7 * DAY_S)) == 2
        assert row.wrapped not in everything(tmp_path)
        assert len([*(tmp_path / "b").iterdir()]) == 1


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with closing(opened(f"sqlite:///{tmp_path}/keys.db")) as keys:
        with pytest.raises(ConfigError, match=r"file.* cannot be used"):
            back_up(keys.store, tmp_path / "file", 0.0)
        with pytest.raises(ConfigError, match="is not there"):
            restore(keys.store, tmp_path / "nothing")


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
