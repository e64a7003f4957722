"""The front door: every good and bad launch of every host, posted into a frame; what the page holds."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.hosts import HOSTS
from tests.hosts._directory import directory
from tests.hosts._matrix import ALL, Case, at_a_door
from tests.hosts._proofs import BUILDERS, DOCUMENT
from tests.hosts._sign_ins import connection_of
from tests.world import CONNECTIONS, LEAD, World, connections, launch_data
from tests.world import world as make_world

ORIGINS = "https://acme.my.salesforce.com https://acme.lightning.force.com"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Every host's connection as the matrix knows it; the guest's takes every kind of signature."""
    folder = tmp_path_factory.mktemp("door")
    with directory(DOCUMENT) as known, make_world(folder, connections=connections(known.url)) as made:
        yield made


def post(door: World, host: str, case: Case) -> Any:
    """One attempt of the matrix, as a browser posts it; None where a launch page cannot ask so."""
    builder = BUILDERS[host]()
    if host == "salesforce":
        builder = builder.said("client.instanceUrl", door.api.url)
    usual, attempt = builder.attempt(), case.mutate(builder)
    if attempt.nonce or (attempt.records != usual.records and "record" not in attempt.launch_form(host)):
        return None  # where the proof names the records, a launch page asks for none
    door.clock.now = attempt.now
    origin = {} if attempt.origin is None else {"Origin": attempt.origin}
    return door.client.post(
        f"/launch/{CONNECTIONS[host]}?component={attempt.component}",
        data=attempt.launch_form(host),
        headers=origin,
    )


POSTED = [(host, case) for host, case in ALL if not HOSTS[host].signs]


@pytest.mark.parametrize(("host", "case"), at_a_door(POSTED))
def test_matrix(door: World, host: str, case: Case) -> None:
    with door.parts.database.begin() as conn:
        conn.exec_driver_sql("DELETE FROM used_launches")
        conn.exec_driver_sql("DELETE FROM audit")
    door.parts.echoes.forget()
    page = post(door, host, case)
    if page is None:
        return
    refusals = door.audited("launch.refused") + door.audited("request.refused")
    if not case.reason and case.name == "asked for no record" and host not in ("salesforce", "guest"):
        case = case._replace(reason="record-missing")  # a page is about one
    if not case.reason:
        assert page.status_code == 200, case.reason
        assert launch_data(page)["token"]
        assert refusals == []
        assert len(door.audited("launch.accepted")) == len(door.audited("session.opened")) == 1
        return
    reason = {"empty": "proof-missing"}.get(case.name, case.reason)
    if case.name.startswith("one megabyte"):
        reason = "http-413"
    assert [each["reason"] for each in refusals] == [reason]
    if reason == "http-413":
        assert page.status_code == 413
    else:  # the viewer learns one of two words
        code = "expired" if reason == "expired" else "refused"
        assert (page.status_code, f'data-code="{code}"' in page.text) == (403, True)
        assert case.reason not in page.text.replace(code, "")
    assert "inlay-launch" not in page.text
    assert door.audited("session.opened") == []


# What a server sees of a request that is not what the host was handed: it reads the address before anybody checks it.
AT_THE_DOOR = {
    "one megabyte, signed": "http-413",
    "no signature": "malformed",
    "another connection": "connection-unknown",
    "a path written otherwise": "signature-wrong",
    "a path through another": "",  # there is nothing
}
SIGNED = [(host, case) for host, case in ALL if HOSTS[host].signs]


@pytest.mark.parametrize(("host", "case"), at_a_door(SIGNED))
def test_a_request_that_its_host_signed_is_answered_with_an_address_and_used_up_by_nobody_yet(
    door: World, host: str, case: Case
) -> None:
    with door.parts.database.begin() as conn:
        conn.exec_driver_sql("DELETE FROM audit")
    door.parts.echoes.forget()
    attempt = case.mutate(BUILDERS[host]())
    if not (sent := as_sent(attempt.proof)) or attempt.origin != BUILDERS[host]().attempt_.origin:
        return  # a text that no request is written as
    door.clock.now = attempt.now
    answers = [door.client.open(**sent) for _ in range(2)]
    refusals = door.audited("launch.refused") + door.audited("request.refused")
    wrong = case.reason.partition(":")[0] not in ("", "component-mismatch", "record-mismatch")  # nobody asks here yet
    for answer in answers:
        if not wrong:
            assert answer.status_code == 200, answer.text
            page, _, handed = answer.json["address"].partition("#")
            assert page.startswith(f"https://inlay.example.com/pages/{host}/{HOSTS[host].opens}?component=score-badge")
            assert json.loads(base64.urlsafe_b64decode(handed + "=="))["body"] == sent["data"]
        else:
            nowhere, elsewhere = case.name == "a path through another", case.name == "another connection"
            assert answer.status_code == 404 if nowhere else answer.status_code in (403, 413)
            assert answer.mimetype == ("text/html" if elsewhere else "application/problem+json")  # its door has a page
            assert answer.status_code == 413 or case.reason not in answer.text.replace("expired", "")
    reason = AT_THE_DOOR.get(case.name, case.reason)
    assert {each["reason"] for each in refusals} == ({reason} if wrong and reason else set())
    assert door.audited("session.opened") == door.audited("launch.accepted") == []


def as_sent(proof: str) -> dict[str, Any]:
    """The request that a proof is, as it comes in; nothing where it is none."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        said = json.loads(proof)
        address = urlsplit(said["address"])
        ours = said["address"].startswith("https://inlay.example.com/launch/")
        if said["method"] == "POST" and ours and len(said) == 4:  # what more there is, no request says
            return {
                "method": said["method"],
                "path": address.path,
                "query_string": address.query,
                "data": said["body"],
                "headers": said["headers"] | {"Content-Type": "application/json"},
            }
    return {}


def test_a_refusal_is_the_same_page_for_a_connection_that_does_not_exist(world: World) -> None:
    wrong = {"signed_request": "QUJD.QUJD"}
    known, unknown = (world.client.post(f"/launch/{name}?component=score-badge", data=wrong) for name in ("acme", "no"))
    assert known.status_code == unknown.status_code == 403
    assert without_reference(known.text) == without_reference(unknown.text)
    reasons = [(each["connection"], each["reason"]) for each in world.audited("launch.refused")]
    assert reasons == [("acme", "signature-wrong"), ("", "connection-unknown")]
    assert world.audited("launch.refused")[0]["reference"] in known.text


def without_reference(text: str) -> str:
    return re.sub(r"<b>[0-9A-F]{8}</b>", "<b></b>", text)


def test_a_launch_is_used_once_in_whichever_process_and_after_a_restart(world: World) -> None:
    form, path = {"signed_request": world.signed()}, "/launch/acme?component=score-badge"
    assert world.client.post(path, data=form).status_code == 200
    with world.another() as restarted:
        for client in (world.client, restarted.client):
            used = client.post(path, data=form)
            data = launch_data(used)
            assert data["used"] is True
            assert {"token", "etag"}.isdisjoint(data)
            assert "data-inlay" not in used.text
    assert [each["reason"] for each in world.audited("launch.refused")] == ["used", "used"]
    assert len(world.audited("launch.accepted")) == len(world.audited("session.opened")) == 1


def test_the_page_says_what_its_script_needs_and_nothing_of_the_host(world: World) -> None:
    page = world.launch(token="the-viewers-own-token")
    data = launch_data(page)
    assert (data["origin"], data["instance"], data["component"], data["record"]) == (
        "https://acme.my.salesforce.com",
        "_:AI_Panels:12:0:canvasapp",
        "score-badge",
        LEAD,
    )
    assert data["expires_in"] == 600
    assert 'data-state="ready"' in page.text
    for secret in ("the-viewers-own-token", "4D1C2B3A5E6F", world.api.url):
        assert secret not in page.text


def test_the_policy_of_a_panel_fits_its_page_exactly(world: World) -> None:
    page = world.launch()
    policy = dict(each.partition(" ")[::2] for each in page.headers["Content-Security-Policy"].split("; "))
    assert policy["frame-ancestors"] == ORIGINS
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    styles = re.findall(r"<style>(.*?)</style>", page.text, re.S)
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert (len(styles), policy["style-src"]) == (1, f"'sha256-{digest}'")
    nonces = set(re.findall(r'nonce="([^"]+)"', page.text))
    assert policy["script-src"] == f"'nonce-{nonces.pop()}'"
    assert not nonces
    assert "style=" not in page.text
    assert "X-Frame-Options" not in page.headers


def test_each_page_has_its_own_nonce(world: World) -> None:
    policies = {world.launch().headers["Content-Security-Policy"] for _ in range(2)}
    assert len(policies) == 2


def test_a_refused_page_is_framed_as_the_panel_would_be_and_runs_no_script(world: World) -> None:
    page = world.client.post("/launch/acme?component=score-badge", data={"signed_request": "x"})
    policy = page.headers["Content-Security-Policy"]
    assert f"frame-ancestors {ORIGINS};" in policy
    assert "script-src" not in policy
    assert "<script" not in page.text
    assert "frame-ancestors 'none'" in world.client.post("/launch/no").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("sent", "status", "event", "reason"),
    [
        ({"data": {"other": "x"}}, 403, "launch.refused", "proof-missing"),
        ({"json": {"signed_request": "x"}}, 415, "request.refused", "wrong-media-type"),
        ({"data": b"x", "content_type": "text/plain"}, 415, "request.refused", "wrong-media-type"),
        ({"data": {"signed_request": "x" * 1_000_000}}, 413, "request.refused", "http-413"),
    ],
)
def test_what_is_no_launch(world: World, sent: dict[str, Any], status: int, event: str, reason: str) -> None:
    page = world.client.post("/launch/acme?component=score-badge", **sent)
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert [(each["connection"], each["reason"]) for each in world.audited(event)] == [("acme", reason)]


@pytest.mark.parametrize("component", ["", "admin", "score-badge/..", "<script>"])
def test_a_component_that_is_not_the_connections(world: World, component: str) -> None:
    page = world.launch(component)
    assert page.status_code == 403
    assert world.audited("launch.refused")[0]["reason"] == "component-unlisted"
    assert "<script" not in page.text


def test_an_address_without_a_component_opens_the_one_that_the_proof_names(world: World) -> None:
    """A canvas app has one address; what it opens, the wrapper on the page says, within what is signed."""
    parameters = {"recordId": LEAD.partition("/")[2], "component": "score-card"}
    signed = world.signed(**{"context.environment.parameters": parameters})
    page = world.client.post("/launch/acme", data={"signed_request": signed})
    assert (page.status_code, launch_data(page)["component"]) == (200, "score-card")
    signed = world.signed(**{"context.environment.parameters": parameters | {"component": "admin"}})
    page = world.client.post("/launch/acme", data={"signed_request": signed})
    assert (page.status_code, world.audited("launch.refused")[0]["reason"]) == (403, "component-unlisted")


@pytest.mark.parametrize("language", ["de", "x-klingon", "en;q=0.0000", "<b>", "zz-ZZ-" + "x" * 300, "*"])
def test_a_refusal_speaks_the_browsers_language_whatever_it_says(world: World, language: str) -> None:
    page = world.client.post("/launch/acme", data={"a": "b"}, headers={"Accept-Language": language})
    assert page.status_code == 403
    assert ('lang="de"' in page.text) == (language == "de")
    assert "<b>" not in page.text.replace("<b>" + world.audited("launch.refused")[0]["reference"], "")


def test_the_pages_head_leaves_before_the_host_is_asked(world: World) -> None:
    form = {"signed_request": world.signed()}
    page = world.client.post("/launch/acme?component=score-badge", data=form, buffered=False)
    came = iter(page.response)
    head = next(came)
    assert (b"embed/frame" in head, b"data-inlay" in head, world.api.calls) == (True, False, [])
    assert b'data-state="ready"' in b"".join(came)
    assert "access" in world.api.calls


def test_a_host_that_calls_the_viewers_token_dead_opens_nothing(world: World) -> None:
    world.api.dead.add("zoe")
    page = world.launch()
    data = launch_data(page)
    assert data["refused"] == "session-expired"
    assert {"token", "etag"}.isdisjoint(data)
    assert 'data-code="session-expired"' in page.text
    assert "data-inlay" not in page.text
    assert [each["reason"] for each in world.audited("session.refused")] == ["host-token-dead"]


def test_a_denied_record_gets_a_page_without_a_score(world: World) -> None:
    world.api.blind.add("zoe")
    page = world.launch()
    assert page.status_code == 200
    assert 'data-state="denied"' in page.text
    assert "von 100" not in page.text
    assert world.core.asked == 0


def test_a_database_that_is_away_opens_nothing_politely(world: World) -> None:
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE audit RENAME TO gone")
    page = world.launch()
    assert (page.status_code, page.mimetype, "Retry-After" in page.headers) == (503, "text/html", True)
    assert "inlay-launch" not in page.text
    with world.parts.database.begin() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM sessions").scalar_one() == 0
        assert conn.exec_driver_sql("SELECT count(*) FROM used_launches").scalar_one() == 0


def test_a_bug_shows_a_page_that_the_host_may_frame(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Lead/secret")

    monkeypatch.setattr(type(world.parts.sessions), "open", broken)
    page = world.launch()
    assert (page.status_code, page.mimetype) == (500, "text/html")
    assert f"frame-ancestors {ORIGINS};" in page.headers["Content-Security-Policy"]
    assert "secret" not in page.text
    assert "Traceback" not in page.text


def test_a_host_whose_viewers_sign_in_takes_no_proof(tmp_path: Path) -> None:
    guests = BUILDERS["guest"]().attempt()
    with make_world(tmp_path, connections=[connection_of("servicenow")]) as door:
        answer = door.client.post("/launch/helpdesk?component=score-badge", data=guests.launch_form("guest"))
        assert answer.status_code == 403
        assert door.client.post("/session", data=guests.session_form("helpdesk")).status_code == 400
        assert [row["reason"] for row in door.audited("launch.refused")] == ["no-proof", "proof-kind"]
