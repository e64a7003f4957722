"""The configuration of a test's world as a file, for commands that read one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.hosts._proofs import GUEST
from tests.world import CONFIG, World


def written(world: World, changes: Mapping[str, str] | None = None) -> Path:
    """Write it; each of `changes` replaces the first place of one text by another."""
    text = CONFIG.format(
        folder=world.folder,
        store=f'url = "sqlite:///{world.folder}/inlay.db"',
        core=world.core.url,
        api=world.api.url,
        wait="2s",
        deadline="2s",
        origin=GUEST["origins"][0],
        issuer=GUEST["issuer"],
        audience=GUEST["audience"],
    )
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new, 1)
    path = world.folder / "inlay.toml"
    path.write_text(text, encoding="utf-8")
    return path
