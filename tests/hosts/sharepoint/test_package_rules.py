"""A spoilt `.sppkg` is refused, with the place and the mend."""

from __future__ import annotations

import pytest

from tests.hosts._microsoft import Spoil, added, built, drop, put, renamed, said, swapped

ICON = built("sharepoint")["images/icon.png"]


@pytest.mark.parametrize(
    ("spoil", "where", "words"),
    [
        (drop("AppManifest.xml"), "AppManifest.xml", "missing"),
        (drop("icon.png"), "_rels/AppManifest.xml.rels:5", "not in the package"),
        (put("AppManifest.xml.rels", "/images/", "images/"), "_rels/AppManifest.xml.rels:5", "not in the package"),
        (put("AppManifest.xml.rels", "manifest-icon", "manifest-picture"), ".rels:5", "is no relationship"),
        (put("AppManifest.xml.rels", 'Id="r1"', 'Id="r0"'), ".rels:4", "not its own"),
        (added("notes.xml", b"<App xmlns='http://schemas.microsoft.com/'/>"), "notes.xml", "No part names"),
        (renamed("icon.png", "icon.gif"), "images/icon.gif", "no type for .gif"),
        (put("AppManifest.xml", "<Title>Inlay</Title>", ""), "AppManifest.xml:3", "no <Title>"),
        (swapped("AppManifest.xml", "<AppIconPath>icon.png</AppIconPath>", "<Screenshots></Screenshots>"),
         "AppManifest.xml", "comes after"),
        (put("AppManifest.xml", 'Version="1.2.3.0"', 'Version="1.2.3"'), "AppManifest.xml:2", "four parts"),
        (put("AppManifest.xml", 'IsDomainIsolated="false"', 'IsDomainIsolated="true"'), ":2", "switched off"),
        (put("AppManifest.xml", '"Inlay" Scope', '"8eaef023-2b34-4da1-9baa-8bc8c9d6a490" Scope'), ":12", "is an id"),
        (put("AppManifest.xml", "2012/app/manifest", "2013/app/manifest"), "AppManifest.xml:2", "no root"),
        (put(".xml", "<Types", "<Kinds"), "[Content_Types].xml", "well-formed"),
        (put("ClientSideInstance.xml", 'ComponentId="', 'ComponentId="0'), "ClientSideInstance.xml:3", "no component"),
        (put("ClientSideInstance.xml", "ListViewCommandSet", "Ribbon"), "ClientSideInstance.xml:3", "Location"),
        (lambda files: files | {"images/icon.png": ICON[:16] + b"\0\0\0\x40" + ICON[20:]}, "icon.png", "64 x 96"),
        (added("images/secret.txt", b"client_secret = 'Zq7~9x8Kd.Pq12mN4vB6'"), "secret.txt:1", "looks like a secret"),
        (put("AppManifest.xml", "https://inlay.example.com", "http://inlay.example.com"), "AppManifest.xml:5", "TLS"),
    ],
)  # fmt: skip
def test_what_the_host_would_not_take(spoil: Spoil, where: str, words: str) -> None:
    text, _ = said("sharepoint", spoil)
    assert any(where in line and words in line for line in text.splitlines()), text
