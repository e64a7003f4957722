"""A CRM for tests: keys, a desk over the invented leads, its Flask client, and one browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright

from app.demo import keys
from app.demo.crm.app import create_crm
from app.demo.crm.config import CrmConfig
from app.demo.crm.desk import Desk

CRM = "http://127.0.0.1:8001"
NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing answers there


@pytest.fixture
def config(tmp_path: Path) -> CrmConfig:
    keys.make(tmp_path / "keys")
    return CrmConfig(origin=CRM, inlay=NOWHERE, core=NOWHERE, keys=str(tmp_path / "keys"), state=str(tmp_path))


@pytest.fixture
def desk(config: CrmConfig) -> Desk:
    return Desk.open(config)


@pytest.fixture
def crm(desk: Desk) -> Flask:
    return create_crm(desk)


@pytest.fixture
def client(crm: Flask) -> Iterator[FlaskClient]:
    with crm.test_client() as client:
        yield client


FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    system = Path("/usr/bin/chromium")
    path = os.environ.get("CHROMIUM_PATH") or (str(system) if system.exists() else None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
