"""The guard of the simulated hosts: strangers' names and strangers' forms are turned away, and pages load only ours."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.demo.guard import guard

OURS, INLAY = "http://127.0.0.1:8001", "http://localhost:8000"


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    guard(app, "This host", OURS, INLAY)
    app.add_url_rule("/", "home", lambda: "here", methods=["GET", "POST"])
    return app.test_client()


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1:8001", 200), ("localhost", 200), ("evil.example", 421)])
def test_it_answers_under_its_own_name_only(client: FlaskClient, host: str, status: int) -> None:
    assert client.get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(("origin", "status"), [(OURS, 200), ("http://evil.example", 403), ("null", 403)])
def test_it_takes_forms_of_its_own_pages_only(client: FlaskClient, origin: str, status: int) -> None:
    assert client.post("/", headers={"Origin": origin}).status_code == status


def test_its_pages_load_nothing_but_its_own_and_inlays(client: FlaskClient) -> None:
    headers = client.get("/").headers
    policy = dict(each.partition(" ")[::2] for each in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["frame-src"] == policy["script-src"] == f"'self' {INLAY}"
    assert headers["X-Content-Type-Options"] == "nosniff"
