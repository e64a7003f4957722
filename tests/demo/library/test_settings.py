"""The library's part of the written `inlay.toml` is one that Inlay takes, and holds no secret."""

from __future__ import annotations

from pathlib import Path

from app.config import Settings
from app.demo import settings as demo_settings
from app.demo.crm.match import fits
from app.demo.library import settings
from app.demo.library.document import DRIVE
from app.demo.library.tenant import APP, TENANT
from tests.demo.library.conftest import LIBRARY
from tests.demo.test_settings import AT, CAPABILITIES

REVIEW = {"name": "contract_review", "kind": "analysis", "title": 'Contract "review"'}


def test_both_connections_are_of_one_tenant_and_one_library(tmp_path: Path, secrets: Path) -> None:
    (tmp_path / "keys").symlink_to(secrets)
    path = tmp_path / "inlay.toml"
    text = demo_settings.write(AT, fits(CAPABILITIES, ["industry"])) + settings.write(
        LIBRARY, AT.crm, [*CAPABILITIES, REVIEW]
    )
    path.write_text(text, encoding="utf-8")
    found = Settings.load(path)
    assert found.capabilities["contract_review"].title == 'Contract "review"'
    library, word = found.connections["library"], found.connections["word"]
    assert {each.tenants for each in (library, word)} == {(TENANT,)}
    assert {each.client_id for each in (library, word)} == {APP}
    assert (library.drives, word.drives, word.records_from) == ((DRIVE,), (), "library")
    assert (library.token_scope, library.single_use) == (f"{LIBRARY}/.default", False)
    for name in ("library_secret", "tenant_key.pem"):
        assert (secrets / name).read_text().strip() not in text


def test_a_core_that_analyses_nothing_has_no_library() -> None:
    assert settings.write(LIBRARY, AT.crm, CAPABILITIES) == ""
