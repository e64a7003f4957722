"""What `inlay check` says of libraries whose changes are to be followed."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from app.config import Secret
from app.health.drives import drives
from app.health.findings import Watch
from app.hosts._graph import GRAPH
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import DRIVE, entra

TOKEN = answer({"access_token": "own", "token_type": "Bearer", "expires_in": 3600})
LINK = {"value": [], "@odata.deltaLink": f"{GRAPH}/v1.0/drives/{DRIVE}/root/delta?token=1"}


def said(*answers: Any, host: str = "sharepoint", **changes: Any) -> list[tuple[str, str]]:
    base = entra(host).connection
    connection = replace(
        base,
        **{"drives": (DRIVE,), "token_url": "https://login.example/token", "client_secret": Secret("x"), **changes},
    )
    watch = Watch(ScriptedDoor(*answers), time.time)
    return [(each.level, f"{each.what} {each.mend}") for each in drives("connection c", connection, watch)]


def test_a_library_that_can_be_followed() -> None:
    [(level, words)] = said(TOKEN, answer(LINK))
    assert (level, DRIVE in words) == ("ok", True)


def test_each_mend_is_named() -> None:
    [(level, words)] = said(answer({"error": "invalid_client"}, 401))
    assert (level, "token_scope" in words) == ("problem", True)
    [(level, words)] = said(TOKEN, answer({"error": {}}, 403))
    assert (level, "Sites.Selected" in words) == ("problem", True)


@pytest.mark.parametrize("changes", [{"drives": ()}])
def test_nothing_is_said_where_nothing_is_followed(changes: Any) -> None:
    assert said(TOKEN, **changes) == []
