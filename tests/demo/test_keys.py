"""The demo's secrets are made once, whole, and for their owner only."""

from __future__ import annotations

import stat
from pathlib import Path

from app.demo import keys


def test_files_are_private_and_stay(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys.make(folder)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(first) == {*keys.TEXTS, "event_secret", "guest_key.pem", "tenant_key.pem", "tenant_public.pem"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    assert len(first["deployment"]) >= 32
    keys.make(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_what_a_kill_left_half_done_is_made_again(tmp_path: Path) -> None:
    keys.make(tmp_path)
    (tmp_path / "event_secret").write_bytes(b"")
    (tmp_path / "deployment.new").write_bytes(b"half")
    keys.make(tmp_path)
    assert (tmp_path / "event_secret").read_bytes().startswith(b"whsec_")
