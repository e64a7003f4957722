"""How each host proves who is looking: what this demo signs, Inlay's own verifiers take."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from joserfc.jwk import import_key

from app.config import ConnectionSettings
from app.demo.crm import seats
from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE
from app.hosts import HOSTS
from app.launch import LaunchRequest, Record
from tests.demo.crm.browser import serving
from tests.demo.test_gallery import loaded
from tests.hosts._proofs import FixedKeys

OFFERED = {
    "tokens": {host: f"token-of-{host}" for host in ("dynamics", "sharepoint", "teams", "office")},
    "document": {"name": "nda.pdf", "record": "driveItem/b!x:01X", "id": "01X"},
}
WITH_A_TOKEN = (seats.dynamics, seats.sharepoint, seats.teams, seats.office)
_ADDRESSES = ("origins", "issuer", "audience", "host_url", "jwks_url")


class Published(FixedKeys):
    """What the CRM shows of its key."""

    def __init__(self, desk: Desk) -> None:
        self._keys = tuple(import_key(each) for each in desk.guest.jwks()["keys"])


def asked(desk: Desk, viewer: str = "zoe", offered: Mapping[str, Any] = OFFERED) -> seats.Asked:
    person = PEOPLE[viewer]
    return seats.Asked(desk, person, desk.leads.page(PEOPLE["zoe"]).leads[0], offered)


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


def _moved(value: Any, crm: str, inlay: str) -> Any:
    """An address of the written settings, as this desk has it."""
    if isinstance(value, tuple):
        return tuple(_moved(each, crm, inlay) for each in value)
    return value.replace("http://127.0.0.1:8001", crm).replace("http://localhost:8000", inlay)


def test_a_token_of_an_installation_and_an_id_token_are_taken(
    desk: Desk, connections: Mapping[str, ConnectionSettings]
) -> None:
    for name, prove in (("crm-zendesk", seats.zendesk), ("crm-oidc", seats.oidc)):
        said, connection = prove(asked(desk)), connections[name]
        assert said["action"] == f"{desk.config.inlay}/launch/{name}?component=score-card"
        record = Record.parse(said["fields"]["record"])
        request = LaunchRequest(said["fields"]["token"], "score-card", (record,), desk.config.origin, time.time())
        launch = HOSTS[connection.host].verify(request, connection, Published(desk))
        assert launch.records == (record,)
        assert launch.viewer.subject


def test_a_token_goes_into_no_address(desk: Desk) -> None:
    for prove in (*WITH_A_TOKEN, seats.servicenow, seats.guest, seats.canvas, seats.zendesk, seats.oidc):
        said = prove(asked(desk))
        secret = said.get("token") or next(iter(said.get("fields", {}).values()), "nothing is proved beforehand")
        assert secret not in said.get("address", "") + said.get("action", "")
    assert "token" not in seats.servicenow(asked(desk))


def test_who_has_no_account_or_no_document_reads_so(desk: Desk) -> None:
    nobody: Mapping[str, Any] = {"words": "Nobody of this name."}
    assert [prove(asked(desk, offered=nobody)) for prove in WITH_A_TOKEN] == [nobody] * 4
    nothing = asked(desk, "alex", OFFERED | {"document": None})
    for prove in (seats.sharepoint, seats.teams, seats.office):
        assert prove(nothing) == {"words": "No document is shared with Alex Doe."}


@pytest.fixture
def beside(desk: Desk) -> Iterator[Desk]:
    """A CRM beside a library that knows Zoë."""
    library = Flask(__name__)

    @library.get("/gallery")
    def offered() -> Response | tuple[str, int]:
        return library.json.response(OFFERED) if request.args["as"] == "zoe" else ("nobody", 404)

    with serving(library) as server:
        yield replace(desk, config=replace(desk.config, library=f"http://127.0.0.1:{server.server_port}"))


def test_the_library_is_asked_over_http_and_its_absence_is_said(desk: Desk, beside: Desk) -> None:
    assert seats.library(beside, PEOPLE["zoe"]) == OFFERED
    assert "no account of ليلى حداد" in seats.library(beside, PEOPLE["layla"])["words"]
    assert "does not answer" in seats.library(desk, PEOPLE["zoe"])["words"]
    assert "does not answer" in seats.hubspot(asked(desk))["words"]
