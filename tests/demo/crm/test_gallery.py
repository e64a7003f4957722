"""One record in every host: what this CRM signs, Inlay's own verifiers take; nobody sees what they may not see."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import import_key

from app.config import ConnectionSettings
from app.demo.crm import gallery
from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE
from app.hosts import HOSTS
from app.launch import LaunchRequest, Record
from tests.demo.test_gallery import loaded
from tests.hosts._proofs import FixedKeys


class Published(FixedKeys):
    """What the CRM shows of its key."""

    def __init__(self, desk: Desk) -> None:
        self._keys = tuple(import_key(each) for each in desk.guest.jwks()["keys"])


def proof(desk: Desk, prove: gallery.Prove) -> Mapping[str, Any]:
    return prove(desk, PEOPLE["zoe"], desk.leads.page(PEOPLE["zoe"]).leads[0])


@pytest.fixture
def connections(tmp_path: Path, secrets: Path, desk: Desk) -> Mapping[str, ConnectionSettings]:
    folder = tmp_path / "inlay"
    folder.mkdir()
    found = loaded(folder, secrets).connections
    crm, inlay = desk.config.origin, desk.config.inlay
    return {
        name: replace(each, **{key: _moved(getattr(each, key), crm, inlay) for key in _ADDRESSES})
        for name, each in found.items()
    }


_ADDRESSES = ("origins", "issuer", "audience", "host_url", "jwks_url")


def _moved(value: Any, crm: str, inlay: str) -> Any:
    """An address of the written settings, as this desk has it."""
    if isinstance(value, tuple):
        return tuple(_moved(each, crm, inlay) for each in value)
    return value.replace("http://127.0.0.1:8001", crm).replace("http://localhost:8000", inlay)


def test_a_token_of_an_installation_and_an_id_token_are_taken(
    desk: Desk, connections: Mapping[str, ConnectionSettings]
) -> None:
    for name, prove in (("crm-zendesk", gallery.zendesk), ("crm-oidc", gallery.oidc)):
        said, connection = proof(desk, prove), connections[name]
        assert said["action"] == f"{desk.config.inlay}/launch/{name}?component=score-card"
        record = Record.parse(said["fields"]["record"])
        request = LaunchRequest(said["fields"]["token"], "score-card", (record,), desk.config.origin, time.time())
        launch = HOSTS[connection.host].verify(request, connection, Published(desk))
        assert launch.records == (record,)
        assert launch.viewer.subject


def test_every_host_has_its_seat_and_one_that_does_not_answer_says_so(client: FlaskClient) -> None:
    page = client.get("/hosts?as=zoe").text  # nobody is where Inlay should be
    for host, *_ in (*gallery.PROVED, *gallery.ELSEWHERE):
        assert f">{host}<" in page
    assert page.count('<form method="post"') == len(gallery.PROVED) - 1
    assert "Inlay does not answer" in page


def test_who_may_see_no_record_gets_no_proof_of_one(client: FlaskClient, desk: Desk) -> None:
    lead = desk.leads.page(PEOPLE["zoe"]).leads[0].id
    answer = client.get(f"/hosts/{lead}?as=alex")
    assert answer.status_code == 404
    assert not re.search(r"eyJ[\w-]+\.", answer.text)
    assert client.get("/hosts/nobody?as=zoe").status_code == 404
