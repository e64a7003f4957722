"""The vault: a secret is a file of its owner's, replaced whole; who changed it is known, its value to nobody."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path

import pytest

from app.config import Settings
from app.errors import ConfigError
from app.revisions.vault import MOST_BYTES, Vault, referred
from tests.world import World


@pytest.fixture
def vault(world: World) -> Vault:
    return world.parts.vault


def test_what_is_kept_is_what_the_configuration_reads(vault: Vault, world: World) -> None:
    assert vault.put("acme_secret", "4D1C2B3A5E6F\n", "Ada") == "file:secrets/acme_secret"
    path = world.folder / "secrets" / "acme_secret"
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("4D1C2B3A5E6F", 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    text = (
        (world.folder / "inlay.toml").read_text().replace(f"file:{world.folder}/consumer", "file:secrets/acme_secret")
    )
    read = Settings.parse(text, "inlay.toml", world.folder)
    assert read.connections["acme"].secrets[0].reveal() == "4D1C2B3A5E6F"
    assert referred(text, world.folder) == {"acme_secret": "connections.acme.secrets"}
    assert [each.name for each in vault.all()] == ["acme_secret"]


def test_the_audit_names_it_and_never_its_value(vault: Vault, world: World) -> None:
    vault.put("acme_secret", "4D1C2B3A5E6F", "Ada")
    vault.remove("acme_secret", "Bob")
    rows = world.audited("secret.set") + world.audited("secret.removed")
    assert [(row["admin"], row["name"]) for row in rows] == [("Ada", "acme_secret"), ("Bob", "acme_secret")]
    assert "4D1C2B3A5E6F" not in json.dumps(rows)
    assert vault.all() == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("../key", "x", "is no name"),
        (".hidden", "x", "is no name"),
        ("", "x", "is no name"),
        ("a/b", "x", "is no name"),
        ("empty", "\n", "is empty"),
        ("binary", "a\0b", "is empty, or no text"),
        ("long", "x" * (MOST_BYTES + 1), "is empty, or no text"),
    ],
)
def test_what_will_not_do_is_refused_and_nothing_is_written(
    vault: Vault, world: World, name: str, value: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        vault.put(name, value, "Ada")
    assert world.audited("secret.set") == []
    assert not (world.folder / "secrets").exists()
    assert (world.folder / "key").read_text() == "k" * 40


def test_what_others_could_read_is_refused_with_its_mend(vault: Vault, world: World) -> None:
    vault.put("acme_secret", "4D1C2B3A5E6F", "Ada")
    path = world.folder / "secrets" / "acme_secret"
    path.chmod(0o640)
    assert "chmod 600" in vault.all()[0].problem
    text = (
        (world.folder / "inlay.toml").read_text().replace(f"file:{world.folder}/consumer", "file:secrets/acme_secret")
    )
    with pytest.raises(ConfigError, match="chmod 600"):
        Settings.parse(text, "inlay.toml", world.folder)
    path.parent.chmod(0o755)
    with pytest.raises(ConfigError, match="chmod 700"):
        vault.put("acme_secret", "another", "Ada")
    assert path.read_text() == "4D1C2B3A5E6F"


def test_a_folder_that_cannot_be_written_is_said(world: World) -> None:
    (world.folder / "plain").touch()
    vault = Vault(world.folder / "plain", world.parts.database, world.parts.audit)
    with pytest.raises(ConfigError, match=r"cannot be made: Not a directory\. Let this user write"):
        vault.put("acme_secret", "x", "Ada")
    assert world.audited("secret.set") == []  # nothing was kept, so nothing is told


def test_several_processes_write_at_once_and_nobody_reads_half(vault: Vault, world: World) -> None:
    values = [letter * 5000 for letter in "abcd"]
    path, ended, seen = Path(vault.folder / "acme_secret"), threading.Event(), set()
    vault.put("acme_secret", values[0], "Ada")

    def read() -> None:
        while not ended.is_set():
            seen.add(path.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    with world.another() as other:
        writers = [
            threading.Thread(target=each.put, args=("acme_secret", value, "Ada"))
            for value in values
            for each in (vault, other.parts.vault)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    ended.set()
    reader.join()
    assert seen <= set(values)
    assert [each.name for each in path.parent.iterdir()] == ["acme_secret"]  # no draft is left


def test_a_reference_is_known_however_its_path_is_written(vault: Vault, world: World) -> None:
    """One that is in use must not be taken for one that nobody needs."""
    texts = ("file:secrets/a", "file:./secrets/a", "file:secrets//a", "file:x/../secrets/a", f"file:{vault.folder}/a")
    for text in texts:
        assert referred(f'[x]\nkey = "{text}"', world.folder) == {"a": "x.key"}, text
    assert referred('[x]\nkey = "file:other/a"\nword = "secrets/a"', world.folder) == {}
