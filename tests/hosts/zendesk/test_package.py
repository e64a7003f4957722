"""The app: its panels stand beside the records that the connection's capabilities know."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.errors import ConfigError
from app.hosts.zendesk.package import build
from tests.hosts._packages import deployment, files


def places(*records: str) -> list[str]:
    made = deployment("zendesk")
    score = replace(made.capabilities["lead_score"], records=records)
    manifest = files(build(replace(made, capabilities={"lead_score": score}))[0])["manifest.json"]
    return list(json.loads(manifest)["location"]["support"])


def test_panels_are_where_their_records_are() -> None:
    assert places("ticket") == ["ticket_sidebar"]
    assert places("user", "ticket") == ["ticket_sidebar", "user_sidebar"]
    assert places("Lead") == ["ticket_sidebar"]


def test_the_address_is_signed_and_our_own() -> None:
    manifest = json.loads(files(build(deployment("zendesk"))[0])["manifest.json"])
    assert manifest["signedUrls"] is True
    url = manifest["location"]["support"]["ticket_sidebar"]["url"]
    assert url == "https://panels.example.com/pages/zendesk/sidebar?component=score-badge"


def test_our_page_must_be_allowed_around_the_panel() -> None:
    with pytest.raises(ConfigError, match="public_url is not among its origins"):
        build(deployment("zendesk", origins=("https://acme.zendesk.com",)))
