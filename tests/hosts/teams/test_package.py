"""The Teams package: what is in it, for whom, and that it is the same each time."""

from __future__ import annotations

import json

import pytest

from app.errors import ConfigError
from app.hosts._package import archive
from app.hosts.teams.package import PACKAGE, build
from tests.hosts._microsoft import INLAY, built, deployment, found, made


def test_it_is_taken_and_the_same_each_time() -> None:
    files = built("teams")
    assert found("teams", files) == []
    assert PACKAGE.recognises(files)
    assert archive(made(deployment("teams"))) == archive(made(deployment("teams")))
    assert list(files) == ["manifest.json", "de.json", "color.png", "outline.png", "color32x32.png"]


def test_a_connection_s_package_holds_nothing_of_another() -> None:
    one, other = built("teams"), built("teams", public_url="https://other.example.com", name="other", audience="")
    assert json.loads(one["manifest.json"])["id"] != json.loads(other["manifest.json"])["id"]
    assert b"inlay.example.com" not in b"".join(other.values())


def test_it_opens_our_own_page() -> None:
    manifest = json.loads(built("teams")["manifest.json"])
    address = f"{INLAY}/pages/teams/tab?component=document-sidebar"
    assert manifest["staticTabs"][0]["contentUrl"] == manifest["configurableTabs"][0]["configurationUrl"] == address


def test_without_our_own_origin_phones_would_show_nothing() -> None:
    with pytest.raises(ConfigError, match="public_url is not among its origins"):
        build(deployment("teams", origins=("https://teams.microsoft.com",)))
