"""The environment, asked by Inlay's own code with tokens of the library's directory, over real HTTP for its keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app.config import ConnectionSettings, Secret
from app.demo.crm import elsewhere
from app.demo.crm.app import create_crm
from app.demo.crm.config import CrmConfig
from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE
from app.demo.library.app import create_library
from app.demo.library.config import LibraryConfig
from app.demo.library.desk import Desk as LibraryDesk
from app.demo.library.people import PEOPLE as DIRECTORY
from app.demo.library.tenant import APP, TENANT
from app.errors import HostUnavailable, SessionExpired
from app.hosts._behalf import on_behalf_of
from app.hosts._oauth import drive
from app.hosts.dynamics.api import check_access, read_records
from app.launch import Access, Record
from tests.demo.crm.browser import serving
from tests.demo.crm.door import PlayedDoor
from tests.hosts._proofs import BUILDERS

NOWHERE = "http://127.0.0.1:9"
FIELDS = ("company", "annualrevenue")


@dataclass
class There:
    """The environment, the directory beside it, and how Inlay is connected to both."""

    desk: Desk
    library: LibraryDesk
    door: PlayedDoor
    directory: PlayedDoor
    connection: ConnectionSettings

    def viewer_token(self, viewer: str) -> str:
        assertion = self.library.tenant.page_token(DIRECTORY[viewer], APP)
        return str(drive(on_behalf_of(self.connection, assertion, time.time()), self.directory.call).value)

    def app_token(self, scope: str) -> str:
        form = {"grant_type": "client_credentials", "client_id": APP, "scope": f"{scope}/.default"}
        form["client_secret"] = self.library.config.key("library_secret")
        return str(self.library.tenant.exchange(form)["access_token"])

    def record(self, key: str) -> Record:
        return Record(elsewhere.ENVIRONMENT_TABLE, elsewhere.dashed(key))

    def read(self, token: str, *records: Record, fields: tuple[str, ...] = FIELDS) -> dict[Record, dict[str, Any]]:
        return read_records(self.door.call, self.connection, token, records, fields)


@pytest.fixture
def there(config: CrmConfig, secrets: Path, tmp_path: Path) -> Iterator[There]:
    server = make_server("127.0.0.1", 0, Flask(__name__), threaded=True)
    origin = f"http://127.0.0.1:{server.server_port}"
    library = LibraryDesk.open(
        LibraryConfig(origin, NOWHERE, NOWHERE, config.origin, keys=str(secrets), state=str(tmp_path / "library"))
    )
    served = create_library(library)
    desk = Desk.open(replace(config, library=origin))
    connection = replace(
        BUILDERS["dynamics"]().connection,
        client_id=APP,
        client_secret=Secret(library.config.key("library_secret")),
        tenants=(TENANT,),
        authority=origin,
        host_url=config.origin,
        host_scopes=("user_impersonation",),
    )
    with serving(served, server):
        yield There(
            desk, library, PlayedDoor(create_crm(desk).test_client()), PlayedDoor(served.test_client()), connection
        )


def test_rows_are_as_their_viewer_may_see_them_and_as_the_app_reads_them(there: There) -> None:
    sam, origin = PEOPLE["sam"], there.desk.config.origin
    hidden = there.record(next(key for key in there.desk.leads.table.rows if not sam.may_see_record(key)))
    lead = next(each for each in there.desk.leads.page(sam).leads if each.values["AnnualRevenue"])
    one = there.record(lead.id)
    token = there.viewer_token("sam")
    seen = check_access(there.door.call, there.connection, origin, token, [one, hidden], FIELDS)
    assert seen == {one: Access(True, frozenset({"company"})), hidden: Access(False)}
    read = there.read(there.app_token(origin), one, hidden)
    assert read[one] == {"company": lead.values["Company"], "annualrevenue": int(lead.values["AnnualRevenue"])}
    assert set(read) == {one, hidden}


def test_a_column_that_is_not_there_is_said_as_the_api_does(there: There) -> None:
    key = next(iter(there.desk.leads.table.rows))
    with pytest.raises(HostUnavailable) as refused:
        there.read(there.app_token(there.desk.config.origin), there.record(key), fields=("colour",))
    assert refused.value.reason == "host-status-400"


def test_no_other_token_of_the_directory_is_taken(there: There) -> None:
    """Not the page's own for our app, not one for the library's API, not one that is over, not a forged one."""
    key = next(iter(there.desk.leads.table.rows))
    good = there.app_token(there.desk.config.origin)
    ours = there.library.tenant.page_token(DIRECTORY["zoe"], APP)
    over = there.library.tenant.page_token(DIRECTORY["zoe"], APP, now=1_000.0)
    for token in (ours, over, there.app_token(there.library.config.origin), good[:-4] + "AAAA", "", "x.y.z"):
        with pytest.raises(SessionExpired):
            there.read(token, there.record(key))
