"""The SharePoint package: what is in it, for whom, and that it is the same each time."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from app.errors import ConfigError
from app.hosts._package import archive
from app.hosts.sharepoint.package import PACKAGE, build
from tests.hosts._microsoft import built, deployment, found, made


def test_it_is_taken_and_the_same_each_time() -> None:
    files = built("sharepoint")
    assert found("sharepoint", files) == []
    assert PACKAGE.recognises(files)
    assert archive(made(deployment("sharepoint"))) == archive(made(deployment("sharepoint")))
    assert made(deployment("sharepoint")).suffix == ".sppkg"


def test_a_connection_s_package_holds_nothing_of_another() -> None:
    one, other = (
        built("sharepoint"),
        built("sharepoint", public_url="https://other.example.com", name="other", audience=""),
    )
    assert b"inlay.example.com" in b"".join(one.values())
    assert b"inlay.example.com" not in b"".join(other.values())
    # ids are its own, so that both can be installed in one tenant
    ids = [etree.fromstring(each["AppManifest.xml"]).get("ProductID") for each in (one, other)]
    assert ids[0] != ids[1]


def test_authors_choose_among_the_connection_s_components() -> None:
    [part] = [content for path, content in built("sharepoint").items() if "/WebPart_" in path]
    element = etree.fromstring(part).find("{*}ClientSideComponent")
    assert element is not None
    entries = json.loads(element.get("ComponentManifest", ""))["preconfiguredEntries"]
    assert [each["properties"]["component"] for each in entries] == ["document-sidebar", "analysis-badge"]


def test_no_app_no_package() -> None:
    with pytest.raises(ConfigError, match="client_id"):
        build(deployment("sharepoint", client_id=""))
