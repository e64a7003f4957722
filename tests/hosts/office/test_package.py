"""The Office package: an add-in's manifest that opens the pane that we serve."""

from __future__ import annotations

import pytest

from app.errors import ConfigError
from app.hosts._package import archive
from app.hosts.office.package import PACKAGE, build
from tests.hosts._microsoft import INLAY, built, deployment, found, made


def test_it_is_taken_and_the_same_each_time() -> None:
    files = built("office")
    assert found("office", files) == []
    assert PACKAGE.recognises(files)
    assert archive(made(deployment("office"))) == archive(made(deployment("office")))
    [content] = files.values()
    assert content.count(f"{INLAY}/pages/office/pane?component=document-sidebar".encode()) == 2


def test_a_connection_s_package_holds_nothing_of_another() -> None:
    [other] = built("office", public_url="https://other.example.com", name="other", audience="").values()
    assert b"inlay.example.com" not in other


def test_our_own_page_must_be_among_the_origins() -> None:
    with pytest.raises(ConfigError, match="public_url is not among its origins"):
        build(deployment("office", origins=("https://contoso.sharepoint.com",)))
