"""Panels of stories with the headers of production, pages of pretended hosts around them, all states at once."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app.cli.preview import application
from tests.components.site import own_book


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return application(own_book()).test_client()


def test_a_panel_has_the_policy_of_production(client: FlaskClient) -> None:
    answer = client.get("/preview/frame/score-badge/ready")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.findall(r"script-src 'nonce-([^']+)'", policy)[0]
    assert "trusted-types inlay htmx hx-csp" in policy
    assert "frame-ancestors http://localhost;" in policy
    assert answer.text.count(f'nonce="{nonce}"') == 2  # the panel's script and the preview's ear


def test_wrong_args_are_shown_as_the_refusal_that_they_would_be(client: FlaskClient) -> None:
    answer = client.get("/preview/frame/score-badge/ready?a.score=999")
    assert answer.status_code == 400
    assert "score must be at most 100." in answer.text
    page = client.get("/preview/host/salesforce/slds-2/score-badge/ready?a.score=<b>&mount=element")
    assert "score must be a whole number." in page.text


def test_all_states_stand_on_one_page_without_a_script(client: FlaskClient) -> None:
    answer = client.get("/preview/states/score-badge?theme=dark&wide=320&scale=60")
    components = client.get("/preview/manifest.json").get_json()["components"]
    [badge] = [each for each in components if each["tag"] == "score-badge"]
    names = [each["name"] for each in badge["stories"]]
    assert re.findall(r'<figure data-story="([\w-]+)"', answer.text) == names
    assert answer.text.count('<template shadowrootmode="open">') == len(names)
    assert "<script" not in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert client.get("/preview/states/no-such").status_code == 404


def test_a_hosts_page_shows_the_panel_without_any_script_too(client: FlaskClient) -> None:
    page = client.get("/preview/host/salesforce/slds-2/score-badge/ready?mount=page").text
    assert '<inlay-score-badge><template shadowrootmode="open">' in page
    assert "inlay.js" not in page
