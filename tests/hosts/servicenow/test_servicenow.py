"""The form, and the whole road behind it: who signed in sees what the instance shows them, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.application import create_app
from app.config import Secret
from app.hosts._sign_in import HostTokens
from app.hosts.servicenow import SERVICENOW
from app.launch import Attest, Launch, Record, Viewer
from tests.hosts._sign_ins import USER, connection_of
from tests.net.server import Site, answer, serving
from tests.world import World, running
from tests.world import world as make_world

INCIDENT = Record("incident", "9d385017c611228701d22104cc95c371")
SEEN = {"sys_id": INCIDENT.id, "activity": "3", "company_size": "250", "revenue": "1000000"}


def test_its_pages_prove_nothing_and_its_viewers_sign_in() -> None:
    assert SERVICENOW.attests == {Attest.VIEWER}
    assert SERVICENOW.takes == ()
    assert SERVICENOW.sign_in is not None
    assert SERVICENOW.reads


@pytest.fixture
def site() -> Iterator[Site]:
    """An instance: everybody's token is `<name>-<number>`, and only zoe and the identity may read the incident."""
    with serving() as site:

        def token(handler: BaseHTTPRequestHandler) -> None:
            form = parse_qs(site.seen[-1].body.decode())
            name = "identity" if form["grant_type"] == ["client_credentials"] else form["refresh_token"][0]
            body = {"access_token": f"{name}-{len(site.seen)}", "token_type": "Bearer", "expires_in": 1800}
            answer(handler, 200, json.dumps(body).encode())

        def table(handler: BaseHTTPRequestHandler) -> None:
            name = handler.headers["Authorization"].removeprefix("Bearer ").partition("-")[0]
            asked = parse_qs(urlsplit(handler.path).query)["sysparm_query"][0].removeprefix("sys_idIN").split(",")
            rows = [SEEN] if name in {"zoe", "identity"} and INCIDENT.id in asked else []
            answer(handler, 401 if name == "dead" else 200, json.dumps({"result": rows}).encode())

        site.routes |= {"/oauth_token.do": token, "/api/now/table/incident": table}
        yield site


@pytest.fixture
def helpdesk(tmp_path: Path, site: Site) -> Iterator[World]:
    connection = replace(
        connection_of("servicenow"),
        host_url=site.url,
        token_url=f"{site.url}/oauth_token.do",
        client_id="inlay",
        client_secret=Secret("s"),
    )
    with make_world(tmp_path) as made:
        score = replace(made.settings.capabilities["lead_score"], records=("incident",))
        settings = replace(
            made.settings,
            capabilities={"lead_score": score},
            connections={**made.settings.connections, "helpdesk": connection},
        )
        with running(settings, made.clock) as (parts, runner):
            yield replace(made, settings=settings, parts=parts, runner=runner, client=create_app(parts).test_client())


def badge(world: World, site: Site, tokens: HostTokens) -> Any:
    launch = Launch(
        viewer=Viewer(USER, "Zoë", "de"),
        records=(INCIDENT,),
        origin=world.settings.connections["helpdesk"].origins[0],
        component="score-badge",
        attests=SERVICENOW.attests,
        used_key="",
        used_until=0.0,
        host_url=site.url,
    )
    connection = world.parts.connections.get("helpdesk")
    _, token = world.parts.sessions.open(launch, connection, "score-badge", "frame", tokens)
    return world.badge(token, str(INCIDENT))


def test_who_may_see_the_record_sees_its_score(helpdesk: World, site: Site) -> None:
    seen = badge(helpdesk, site, HostTokens("zoe-0", helpdesk.clock.now + 1800))
    assert seen.status_code == 200
    assert "von 100" in seen.text


def test_who_may_not_learns_nothing(helpdesk: World, site: Site) -> None:
    seen = badge(helpdesk, site, HostTokens("ben-0", helpdesk.clock.now + 1800))
    assert seen.status_code == 403
    assert "von 100" not in seen.text


def test_a_token_that_the_instance_ended_is_renewed_on_the_way(helpdesk: World, site: Site) -> None:
    seen = badge(helpdesk, site, HostTokens("dead-0", helpdesk.clock.now + 1800, refresh="zoe"))
    assert seen.status_code == 200
    assert badge(helpdesk, site, HostTokens("dead-0", helpdesk.clock.now + 1800)).status_code == 401
