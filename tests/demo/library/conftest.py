"""A library for tests: keys, a desk over the demo's own contracts, its Flask client, and the API's tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.demo.library.app import create_library
from app.demo.library.config import LibraryConfig
from app.demo.library.desk import Desk
from app.demo.library.people import PEOPLE
from app.demo.library.tenant import APP, TENANT

LIBRARY = "http://127.0.0.1:8003"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def config(tmp_path: Path, secrets: Path) -> LibraryConfig:
    return LibraryConfig(LIBRARY, NOWHERE, NOWHERE, NOWHERE, keys=str(secrets), state=str(tmp_path / "state"))


@pytest.fixture
def desk(config: LibraryConfig) -> Desk:
    return Desk.open(config)


@pytest.fixture
def library(desk: Desk) -> Flask:
    return create_library(desk)


@pytest.fixture
def client(library: Flask) -> Iterator[FlaskClient]:
    with library.test_client() as client:
        yield client


@dataclass
class Api:
    """The API as the embedding server calls it."""

    client: FlaskClient
    desk: Desk

    def token(self, **more: str) -> Any:
        form = {"client_id": APP, "client_secret": self.desk.config.key("library_secret"), **more}
        return self.client.post(f"/{TENANT}/oauth2/v2.0/token", data=form)

    def app_token(self) -> str:
        answer = self.token(grant_type="client_credentials", scope=f"{LIBRARY}/.default")
        return str(answer.json["access_token"])

    def viewer_token(self, viewer: str) -> str:
        answer = self.token(
            grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer",
            requested_token_use="on_behalf_of",
            assertion=self.desk.token(PEOPLE[viewer]),
            scope=f"{LIBRARY}/Files.Read",
        )
        return str(answer.json["access_token"])

    def get(self, path: str, token: str) -> Any:
        return self.client.get(path, headers={"Authorization": f"Bearer {token}"})

    def send(self, method: str, path: str, body: Any, token: str) -> Any:
        return self.client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def api(client: FlaskClient, desk: Desk) -> Api:
    return Api(client, desk)
