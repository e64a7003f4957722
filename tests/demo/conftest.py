"""A CRM for tests: keys, a desk over the invented leads, its Flask client, and one browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.demo.crm.app import create_crm
from app.demo.crm.config import CrmConfig
from app.demo.crm.desk import Desk

CRM = "http://127.0.0.1:8001"
NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing answers there


@pytest.fixture
def config(tmp_path: Path, secrets: Path) -> CrmConfig:
    return CrmConfig(origin=CRM, inlay=NOWHERE, core=NOWHERE, keys=str(secrets), state=str(tmp_path))


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
