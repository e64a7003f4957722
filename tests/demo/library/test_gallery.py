"""What the CRM's gallery is offered: tokens that the hosts' own verifiers take, and a document that is shared."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.demo.library.desk import Desk
from app.demo.library.gallery import CLIENTS
from app.demo.library.people import PEOPLE
from app.demo.library.tenant import APP, TENANT
from app.hosts import HOSTS
from app.launch import LaunchRequest, Record
from tests.demo.library.conftest import LIBRARY
from tests.demo.library.test_tenant import Published
from tests.hosts._proofs import BUILDERS


@pytest.mark.parametrize("host", sorted(CLIENTS))
def test_each_token_is_one_that_its_host_takes(client: FlaskClient, desk: Desk, host: str) -> None:
    answer = client.get("/gallery?as=zoe")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers  # for a server, not for a page of another site
    connection = replace(
        BUILDERS[host]().connection, client_id=APP, tenants=(TENANT,), authority=LIBRARY, origins=(LIBRARY,), clients=()
    )
    token, record = answer.json["tokens"][host], Record("driveItem", "b!x:01X")  # type: ignore[index]
    asked = LaunchRequest(token, connection.components[0], (record,), LIBRARY, time.time(), "de")
    launch = HOSTS[host].verify(asked, connection, Published(desk.tenant))
    assert launch.viewer.subject == f"{PEOPLE['zoe'].oid}.{TENANT}"


def test_a_document_is_offered_that_is_shared_and_none_to_whom_none_is(client: FlaskClient, desk: Desk) -> None:
    for name, person in PEOPLE.items():
        document = client.get(f"/gallery?as={name}").json["document"]  # type: ignore[index]
        shared = {each.record for each in desk.visible(person)}
        assert (document["record"] in shared) if shared else document is None


@pytest.mark.parametrize("query", ["", "?as=", "?as=layla", "?as=dana,zoe"])
def test_nobody_else_is_taken_for_somebody(client: FlaskClient, query: str) -> None:
    assert client.get(f"/gallery{query}").status_code == 404
