"""What the vendor's packages share: ids that stay, the name tokens are asked by, icons of their size."""

from __future__ import annotations

import pytest

from app.hosts._microsoft_package import ICONS, api_uri, first_panel, four_parts, picture, stable_id
from tests.hosts._microsoft import deployment
from tests.hosts._proofs import APP, APP_URI


def test_ids_stay_and_are_each_deployment_s_own() -> None:
    one = deployment("teams")
    assert stable_id(one, "app") == stable_id(deployment("teams"), "app") != stable_id(one, "add-in")
    assert stable_id(one, "app") != stable_id(deployment("teams", public_url="https://other.example.com"), "app")
    assert stable_id(one, "app") != stable_id(deployment("teams", name="other"), "app")


def test_tokens_are_asked_for_by_the_app_s_uri() -> None:
    assert api_uri(deployment("teams")) == APP_URI
    assert api_uri(deployment("teams", audience="")) == f"api://inlay.example.com/{APP}"


@pytest.mark.parametrize(("version", "four"), [("1.2.3", "1.2.3.0"), ("1.2", "1.2.0.0"), ("1.2.3.4", "1.2.3.4")])
def test_versions_have_four_parts(version: str, four: str) -> None:
    assert four_parts(version) == four


def test_the_sidebar_opens_first() -> None:
    assert first_panel(deployment("teams", components=("analysis-badge", "document-sidebar"))) == "document-sidebar"
    assert first_panel(deployment("teams", components=("analysis-badge",))) == "analysis-badge"


def test_every_icon_has_the_size_of_its_name() -> None:
    icons = sorted(ICONS.glob("*.png"))
    assert len(icons) == 9
    for path in icons:
        size = int(path.stem.rpartition("-")[2])
        assert list(picture(path.name, path.read_bytes(), size, transparent=path.stem.startswith("outline"))) == []
