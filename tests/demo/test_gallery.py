"""The gallery's connections are ones that Inlay takes, beside the demo's others; every host has one."""

from __future__ import annotations

from pathlib import Path

from app.config import Settings
from app.connections import Connections
from app.demo import gallery, settings
from app.demo.crm.leads import COLUMNS
from app.demo.crm.match import fits
from app.demo.library import settings as library_settings
from app.hosts import HOSTS
from tests.demo.library.test_settings import REVIEW
from tests.demo.test_settings import AT, CAPABILITIES


def loaded(tmp_path: Path, secrets: Path) -> Settings:
    (tmp_path / "keys").symlink_to(secrets)
    found = fits(CAPABILITIES, [column.name for column in COLUMNS])
    text = settings.write(AT, found) + gallery.write(AT, found[0])
    text += library_settings.write(AT.library, AT.crm, [REVIEW])
    (tmp_path / "inlay.toml").write_text(text, encoding="utf-8")
    return Settings.load(tmp_path / "inlay.toml")


def test_each_is_whole_and_reads_the_crm_s_records(tmp_path: Path, secrets: Path) -> None:
    found = loaded(tmp_path, secrets)
    assert {each.host for each in found.connections.values()} == set(HOSTS), "docs/adding-a-host.md: In the demo"
    through = [each for each in found.connections.values() if each.host in ("zendesk", "hubspot", "oidc")]
    assert {(each.records_from, each.open_records) for each in through} == {("crm", True)}
    for name in ("crm-servicenow", "crm-dynamics"):
        own = found.connections[name]
        assert (own.open_records, own.records_from, own.host_url) == (False, "", AT.crm)
        assert own.fields["lead_score"] == {"company_size": "numberofemployees", "industry": "industry"}
    assert found.capabilities["lead_score"].records == ("Lead", "lead", "u_lead")
    for name in ("library", "word", "teams"):
        assert AT.crm in found.connections[name].origins
    Connections(found, None, None, None)  # type: ignore[arg-type]
