"""A spoilt app package is refused, with the place and the mend."""

from __future__ import annotations

import pytest

from tests.hosts._microsoft import Spoil, added, built, drop, put, renamed, said

FILES = built("teams")
M = "manifest.json"
OPAQUE = FILES["outline.png"][:25] + b"\x02" + FILES["outline.png"][26:]


@pytest.mark.parametrize(
    ("spoil", "where", "words"),
    [
        (renamed(M, f"app/{M}"), f"app/{M}", "not at the top"),
        (drop(M), M, "not at the top"),
        (put(M, '"manifestVersion"', '"packageName": "x", "manifestVersion"'), f"{M}:3", "not known"),
        (put(M, '"accentColor": "#2A3FB0"', '"accentColor": "blue"'), f"{M}:2", "accentColor is 'blue'"),
        (put(M, '"manifestVersion": "1.30"', '"manifestVersion": "1.29"'), f"{M}:3", "Name the same version"),
        (put(M, '"version": "1.2.3"', '"version": "1.2"'), f"{M}:4", "The version '1.2'"),
        (put(M, "Inlay: document review", "Inlay " * 20), f"{M}:", "name.full"),
        (put(M, '"scopes": ["personal"]', '"scopes": ["everyone"]'), f"{M}:", "staticTabs.scopes names 'everyone'"),
        (put(M, '"channelTab", ', '"channel", '), f"{M}:", "configurableTabs.context names 'channel'"),
        (put(M, '"entityId"', '"entity"'), f"{M}:", "no entityId"),
        (put(M, "https://inlay.example.com/pages", "http://inlay.example.com/pages"), f"{M}:", "TLS"),
        (put(M, '["inlay.example.com"]', '["other.example.com"]'), f"{M}:", "is no valid domain"),
        (put(M, '["inlay.example.com"]', '["https://inlay.example.com"]'), f"{M}:", "is not taken"),
        (put(M, '"resource": "api://', '"resource": "'), f"{M}:", "App ID URI"),
        (put(M, '"webApplicationInfo": {"id": "', '"webApplicationInfo": {"id": "x'), f"{M}:", "no GUID"),
        (drop("outline.png"), f"{M}:", "icon 'outline.png' is not in the package"),
        (drop("de.json"), f"{M}:", "'de.json' are not in the package"),
        (added("color.png", FILES["outline.png"]), "color.png", "32 x 32 pixels"),
        (added("outline.png", FILES["color.png"]), "outline.png", "192 x 192 pixels"),
        (added("outline.png", OPAQUE), "outline.png", "no transparency"),
        (added("outline.png", b"<svg/>"), "outline.png", "no PNG"),
        (put(M, '"permissions"', '"app_secret": "Zq7~9x8KdPq12mN4vB6", "permissions"'), f"{M}:", "looks like a secret"),
    ],
)  # fmt: skip
def test_what_the_host_would_not_take(spoil: Spoil, where: str, words: str) -> None:
    text, _ = said("teams", spoil)
    assert any(where in line and words in line for line in text.splitlines()), text
