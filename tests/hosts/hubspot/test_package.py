"""The project: its card stands on the records that the connection's capabilities know, and asks us only."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.errors import ConfigError
from app.hosts.hubspot.package import build
from tests.hosts._packages import deployment, files

APP, CARD = "src/app/app-hsmeta.json", "src/app/cards/inlay-card-hsmeta.json"


def made(*records: str) -> dict[str, bytes]:
    whole = deployment("hubspot")
    score = replace(whole.capabilities["lead_score"], records=records)
    return files(build(replace(whole, capabilities={"lead_score": score}))[0])


def test_it_asks_for_what_its_records_need_and_to_read_only() -> None:
    project = made("deals", "contacts", "tickets")
    assert json.loads(project[CARD])["config"]["objectTypes"] == ["contacts", "deals", "tickets"]
    config = json.loads(project[APP])["config"]
    assert config["auth"]["requiredScopes"] == ["crm.objects.contacts.read", "crm.objects.deals.read", "tickets"]
    assert config["permittedUrls"]["fetch"] == ["https://panels.example.com"]
    card = project["src/app/cards/InlayCard.jsx"].decode()
    assert 'const LAUNCH = "https://panels.example.com/launch/hubspot?component=score-badge"' in card


def test_our_page_must_be_allowed_around_the_panel() -> None:
    with pytest.raises(ConfigError, match="public_url is not among its origins"):
        build(deployment("hubspot", origins=("https://app.hubspot.com",)))
