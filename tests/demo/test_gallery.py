"""The gallery's connections are ones that Inlay takes, beside the demo's others."""

from __future__ import annotations

from pathlib import Path

from app.config import Settings
from app.connections import Connections
from app.demo import gallery, settings
from app.demo.crm.leads import COLUMNS
from app.demo.crm.match import fits
from tests.demo.test_settings import AT, CAPABILITIES


def loaded(tmp_path: Path, secrets: Path) -> Settings:
    (tmp_path / "keys").symlink_to(secrets)
    found = fits(CAPABILITIES, [column.name for column in COLUMNS])
    text = settings.write(AT, found) + gallery.write(AT.inlay, AT.crm, found[0].capability)
    (tmp_path / "inlay.toml").write_text(text, encoding="utf-8")
    return Settings.load(tmp_path / "inlay.toml")


def test_each_is_whole_and_reads_the_crm_s_records(tmp_path: Path, secrets: Path) -> None:
    found = loaded(tmp_path, secrets)
    added = {name: each for name, each in found.connections.items() if name not in ("crm", "crm-pages")}
    assert {each.host for each in added.values()} == {"zendesk", "hubspot", "oidc"}
    assert {each.records_from for each in added.values()} == {"crm"}
    assert all(each.open_records for each in added.values())
    Connections(found, None, None, None)  # type: ignore[arg-type]
