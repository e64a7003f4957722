"""The written `inlay.toml` is one that Inlay takes, for the invented leads and for any file."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Settings
from app.demo import settings
from app.demo.crm.leads import COLUMNS
from app.demo.crm.match import Fit, fits
from app.demo.settings import Addresses

AT = Addresses("http://localhost:8000", "http://127.0.0.1:8001", "http://127.0.0.1:8002", "http://127.0.0.1:8003")
CAPABILITIES = [
    {
        "name": "lead_score",
        "title": 'A "lead" score',
        "fields": [{"name": "company_size"}, {"name": "industry"}],
    },
    {"name": "bank_lead_score", "title": "Bank", "fields": [{"name": "age"}, {"name": "job"}]},
]


@pytest.fixture(autouse=True)
def _keys(tmp_path: Path, secrets: Path) -> None:
    (tmp_path / "keys").symlink_to(secrets)


def loaded(tmp_path: Path, found: list[Fit]) -> Settings:
    path = tmp_path / "inlay.toml"
    path.write_text(settings.write(AT, found), encoding="utf-8")
    return Settings.load(path)


def test_invented_leads(tmp_path: Path) -> None:
    found = loaded(tmp_path, fits(CAPABILITIES, [column.name for column in COLUMNS]))
    assert found.capabilities["lead_score"].title == 'A "lead" score'
    assert found.connections["crm"].fields["lead_score"] == {
        "company_size": "NumberOfEmployees",
        "industry": "Industry",
    }
    assert found.connections["crm-pages"].records_from == "crm"
    assert found.connections["crm"].origins == (AT.crm,)
    assert found.server.public_url == AT.inlay


@pytest.mark.parametrize(
    ("columns", "capability", "asked"),
    [
        (["age", "JOB"], "bank_lead_score", ("age", "job")),
        (["job", "colour"], "bank_lead_score", ("job",)),
        (["colour"], "lead_score", ("company_size", "industry")),
    ],
)
def test_any_file(tmp_path: Path, columns: list[str], capability: str, asked: tuple[str, ...]) -> None:
    """A host refuses a question for a field that it lacks; where all are, an empty one is asked for."""
    found = loaded(tmp_path, fits(CAPABILITIES, columns))
    assert found.capabilities[capability].fields == asked
    if columns == ["colour"]:
        assert set(found.connections["crm"].fields[capability].values()) == {"Description"}
    assert list(found.capabilities) == [capability]
    assert found.connections["crm"].capabilities == (capability,)


def test_no_secret_is_in_the_file(tmp_path: Path) -> None:
    loaded(tmp_path, fits(CAPABILITIES, ["age"]))
    text = (tmp_path / "inlay.toml").read_text()
    for path in (tmp_path / "keys").iterdir():
        assert path.read_text().strip() not in text
