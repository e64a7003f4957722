"""POST /reviews: a verdict goes in, the fragment that shows it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from limits import parse

from app.application import create_app
from app.core.analyses import fingerprint
from app.launch import Record
from app.session.bearer import Session
from app.web.parts import Parts
from app.web.shown import Fragment, Item
from tests.hosts._proofs import PAGE
from tests.library import CONTRACT, COPY, File, Shelf, shelf
from tests.world import running

SIDEBAR = "document-sidebar"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path, {CONTRACT: File(), COPY: File()}) as made:
        yield made


@pytest.fixture
def token(stage: Shelf) -> str:
    token = stage.token(component=SIDEBAR)
    stage.world.run_jobs()
    return token


def form(stage: Shelf, token: str, **changes: str) -> dict[str, str]:
    reading = stage.world.parts.fragments.reading(
        stage.world.parts.sessions.load(token), SIDEBAR, Record.parse(CONTRACT)
    )
    marks = [fingerprint(each) for each in reading.analysis.findings]  # type: ignore[union-attr]
    said = {"token": token, "component": SIDEBAR, "record": CONTRACT, "decision": reading.decision}
    return said | {"item": marks[0], "verdict": "accept", "version": "0"} | changes


def post(stage: Shelf, data: dict[str, str], **how: Any) -> Any:
    return stage.world.client.post("/reviews", data=data, headers={"Origin": PAGE}, **how)


def test_a_verdict_is_answered_with_the_new_fragment(stage: Shelf, token: str) -> None:
    batch = {"token": token, "item": [f"{SIDEBAR} {CONTRACT} -"]}
    before = stage.world.client.post("/components:batch", data=batch, headers={"Origin": PAGE}).json["fragments"][0]
    answer = post(stage, form(stage, token))
    assert answer.status_code == 200, answer.text
    [fragment] = answer.json["fragments"]
    assert (fragment["component"], fragment["record"], fragment["state"]) == (SIDEBAR, CONTRACT, "ready")
    assert fragment["etag"] != before["etag"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    [row] = stage.world.audited("review.given")
    assert (row["verdict"], row["component"], row["record"]) == ("accepted", SIDEBAR, CONTRACT)


def test_json_with_the_bearer_in_its_header(stage: Shelf, token: str) -> None:
    said = {name: value for name, value in form(stage, token).items() if name != "token"}
    headers = {"Origin": PAGE, "Authorization": f"Bearer {token}"}
    answer = stage.world.client.post("/reviews", json=said, headers=headers)
    assert answer.status_code == 200, answer.text
    assert stage.world.client.options("/reviews").status_code == 204


@pytest.mark.parametrize("body", ["[]", '{"verdict": 1}', "{", '"x"', "null"])
def test_json_that_is_no_review(stage: Shelf, token: str, body: str) -> None:
    headers = {"Origin": PAGE, "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    assert stage.world.client.post("/reviews", data=body, headers=headers).status_code == 400


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"token": "x"}, 401, "session-invalid"),
        ({"record": COPY}, 403, "denied"),
        ({"record": "nothing"}, 400, "bad-request"),
        ({"component": "score-badge"}, 400, "bad-request"),
        ({"component": "no-such"}, 404, "not-found"),
        ({"item": "0" * 24}, 409, "finding-gone"),
        ({"verdict": "dismiss"}, 400, "bad-request"),
    ],
)
def test_refusals(stage: Shelf, token: str, changes: dict[str, str], status: int, code: str) -> None:
    answer = post(stage, form(stage, token) | changes)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert stage.world.audited("review.given") == []


def test_somebody_elses_page_cannot_use_the_token(stage: Shelf, token: str) -> None:
    answer = stage.world.client.post("/reviews", data=form(stage, token), headers={"Origin": "https://evil.example"})
    assert answer.status_code == 401


@pytest.mark.parametrize("limit", ["limit_reviews", "limit_viewer_reviews"])
def test_floods_wait(stage: Shelf, token: str, limit: str) -> None:
    settings = stage.world.settings
    slow = replace(settings.connections["sharepoint"], **{limit: parse("1/minute")})
    changed = replace(settings, connections={**settings.connections, "sharepoint": slow})
    with running(changed, stage.world.clock) as (parts, _):
        client, data = create_app(parts).test_client(), form(stage, token)
        statuses = [client.post("/reviews", data=data, headers={"Origin": PAGE}).status_code for _ in range(2)]
    assert statuses == [200, 429]


def fragment(parts: Parts, session: Session) -> Fragment:
    return parts.fragments.show(session, [Item(SIDEBAR, Record.parse(CONTRACT))])[0].fragment


def test_a_verdict_is_seen_by_another_process_at_its_next_look(stage: Shelf, token: str) -> None:
    with stage.world.another() as other:
        parts = other.parts
        session = parts.sessions.load(token)
        before = fragment(parts, session)
        post(stage, form(stage, token))
        parts.epochs.look()
        assert fragment(parts, session).etag != before.etag
