"""Token launches as a whole: a directory's token in, its viewer asked for at the API, and what the panel is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.application import create_app
from app.connections import Connections
from app.errors import ConfigError
from app.launch import Record, TokenType
from app.permissions import ALLOWED_FOR_S, Grant
from tests.hosts._directory import Directory, directory
from tests.hosts._proofs import APP, BUILDERS, DOCUMENT, DRIVE, PAGE, PAGES, ZOE, entra, oidc
from tests.world import World, connections, launch_data, running
from tests.world import world as make_world

HIDDEN = f"driveItem/{DRIVE}:01BYE5RZ5MYLM2SMX75ZBIPQZIHT6OAYPB"
HOSTS = ("teams", "sharepoint", "office")
BEN = "11111111-aaaa-4bbb-8ccc-222222222222"


@pytest.fixture
def api() -> Iterator[Directory]:
    with directory(DOCUMENT) as known:
        yield known


@pytest.fixture
def stage(tmp_path: Path, api: Directory) -> Iterator[World]:
    with make_world(tmp_path, connections=connections(api.url)) as made:
        yield made


def exchange(stage: World, *records: str, host: str = "teams", builder: Any = None, **changes: Any) -> Any:
    attempt = (builder or BUILDERS[host]()).asked(records=records).attempt()
    origin = changes.pop("origin", attempt.origin)
    form = attempt.session_form(host) | changes
    return stage.client.post("/session", data=form, headers={"Origin": origin} if origin else {})


def states(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["state"] for each in answer.json["fragments"]]


def batch(stage: World, token: str, *records: str, origin: str = PAGE) -> Any:
    form = {"token": token, "item": [f"score-badge {record} -" for record in records]}
    return stage.client.post("/components:batch", data=form, headers={"Origin": origin})


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("host", HOSTS)
def test_a_viewer_sees_what_the_api_shows_them(stage: World, api: Directory, host: str, version: str) -> None:
    builder = entra(host).v1() if version == "v1" else entra(host)
    answer = exchange(stage, DOCUMENT, HIDDEN, host=host, builder=builder)
    shown, hidden = states(answer)
    assert (shown != "denied", hidden) == (True, "denied")
    assert api.calls == ["exchange", "batch"]
    assert api.forms[0]["assertion"] == builder.proof()
    assert api.forms[0]["scope"] == f"{api.url}/Files.Read"
    [row] = stage.audited("launch.accepted")
    assert (row["connection"], row["viewer"]) == (host, f"{ZOE}.{builder.claims['tid']}")
    [no] = stage.audited("permission.refused")
    assert (no["record"], no["reason"]) == (HIDDEN, "host-says-no")


def test_a_blind_viewer_learns_nothing(stage: World, api: Directory) -> None:
    api.blind.add(BEN)
    assert states(exchange(stage, DOCUMENT, builder=entra("teams").said("oid", BEN))) == ["denied"]
    assert states(exchange(stage, DOCUMENT)) != ["denied"]


def test_a_record_of_another_kind_is_denied(stage: World, api: Directory) -> None:
    """The API knows documents only: a lead of the CRM next door is not its to give away."""
    assert states(exchange(stage, "Lead/00QAB000003LeadAA2")) == ["denied"]
    assert "item" not in api.calls


def test_a_session_reaches_the_records_that_it_was_opened_for(stage: World, api: Directory) -> None:
    token = exchange(stage, HIDDEN).json["access_token"]
    assert batch(stage, token, DOCUMENT).json["fragments"][0]["state"] == "denied"
    assert stage.audited("permission.refused")[-1]["reason"] == "record-not-in-session"


def test_the_apis_token_is_got_once_for_a_session(stage: World, api: Directory) -> None:
    token = exchange(stage, DOCUMENT).json["access_token"]
    stage.clock.now += ALLOWED_FOR_S
    assert batch(stage, token, DOCUMENT).status_code == 200
    assert api.calls == ["exchange", "item", "item"]


def test_200_documents_are_ten_questions(stage: World, api: Directory) -> None:
    names = [f"{DRIVE}:01ITEM{n:04d}" for n in range(200)]
    api.documents |= set(names)
    token = exchange(stage, DOCUMENT).json["access_token"]
    session = replace(stage.parts.sessions.load(token), records=tuple(Record("driveItem", each) for each in names))
    api.calls.clear()
    grants = stage.parts.permissions.grants(session, session.records)
    assert {type(each) for each in grants.values()} == {Grant}
    assert api.calls == ["batch"] * 10


@pytest.mark.parametrize("host", [*HOSTS, "oidc"])
@pytest.mark.parametrize("kind", TokenType)
def test_each_host_takes_its_own_kind_of_token(stage: World, host: str, kind: TokenType) -> None:
    answer = exchange(stage, host=host, subject_token_type=str(kind))
    if kind in (TokenType.JWT, TokenType.ID_TOKEN if host == "oidc" else TokenType.ACCESS_TOKEN):
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert stage.audited("request.refused")[0]["reason"] == "token-type-wrong"
    assert stage.audited("session.opened") == []
    assert exchange(stage, host=host).status_code == 200  # it was not used up


@pytest.mark.parametrize("kind", TokenType)
def test_a_stranger_does_not_learn_what_a_connection_takes(stage: World, kind: TokenType) -> None:
    forged = entra("teams").by_stranger()
    answers = [
        exchange(stage, connection=name, subject_token=forged, subject_token_type=str(kind))
        for name in ("teams", "oidc", "acme-pages", "acme", "no")
    ]
    for answer in answers:
        assert answer.status_code == 400
        assert {**answer.json, "reference": ""} == {**answers[0].json, "reference": ""}


@pytest.mark.parametrize("host", [*HOSTS, "oidc"])
def test_a_token_is_exchanged_once_in_whichever_process(stage: World, host: str) -> None:
    assert exchange(stage, host=host).status_code == 200
    with stage.another() as restarted:
        for each in (stage, restarted):
            answer = exchange(each, host=host)
            assert (answer.status_code, answer.json["error"], answer.json["code"]) == (400, "invalid_grant", "used")


def test_a_connection_may_let_its_hosts_cached_tokens_in_again(stage: World) -> None:
    free = replace(stage.settings.connections["teams"], single_use=False)
    settings = replace(stage.settings, connections={**stage.settings.connections, "teams": free})
    with running(settings, stage.clock) as (parts, _):
        again = replace(stage, parts=parts, client=create_app(parts).test_client())
        tokens = {exchange(again, DOCUMENT).json["access_token"] for _ in range(2)}
    assert len(tokens) == 2


def test_a_page_may_post_its_token_into_a_frame(stage: World, api: Directory) -> None:
    attempt = entra("sharepoint").attempt()
    page = stage.client.post(
        "/launch/sharepoint?component=score-badge",
        data=attempt.launch_form("sharepoint"),
        headers={"Origin": PAGE, "Accept-Language": "de-AT,de;q=0.9"},
    )
    assert page.status_code == 200
    assert f"frame-ancestors {PAGE}" in page.headers["Content-Security-Policy"]
    assert '<html lang="de' in page.text
    data = launch_data(page)
    assert (data["origin"], data["record"]) == (PAGE, DOCUMENT)
    assert attempt.proof not in page.text  # the host's token stays here
    assert api.calls == ["exchange", "item"]


# --- the viewer must act ---


SIGN_IN = {"error": "interaction_required", "error_codes": [50076], "claims": '{"access_token":{}}'}


@pytest.mark.parametrize(
    ("refusal", "code", "reason", "claims"),
    [
        ((400, SIGN_IN), "sign-in-needed", "sign-in-needed:50076", '{"access_token":{}}'),
        ((400, {"error": "invalid_grant", "error_codes": [65001]}), "consent-needed", "consent-needed:65001", None),
        ((400, {"error": "invalid_grant", "error_codes": [500133]}), "session-expired", "host-token-dead:500133", None),
    ],
)
def test_an_exchange_that_needs_the_viewer_says_so(
    stage: World, api: Directory, refusal: Any, code: str, reason: str, claims: str | None
) -> None:
    api.refusal = refusal
    answer = exchange(stage, DOCUMENT)
    assert (answer.status_code, answer.json["error"], answer.json["code"]) == (401, "interaction_required", code)
    assert answer.json.get("claims") == claims
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    [row] = stage.audited("session.refused")
    assert (row["reason"], row["reference"]) == (reason, answer.json["reference"])
    assert "fragments" not in answer.json
    # to a frame
    form = entra("teams").said("uti", "3").attempt().launch_form("teams")
    page = stage.client.post("/launch/teams?component=score-badge", data=form, headers={"Origin": PAGE})
    assert (page.status_code, f'data-code="{code}"' in page.text, "data-inlay" in page.text) == (200, True, False)
    rows = stage.audited("session.refused")
    assert [each["reason"] for each in rows] == [reason] * 2
    data = launch_data(page)
    assert (data["refused"], data["claims"] or None, data["reference"]) == (code, claims, rows[1]["reference"])
    assert (data["component"], data["record"], "token" in data) == ("score-badge", DOCUMENT, False)
    # and to a panel that is open already
    token = exchange(stage, builder=entra("teams").said("uti", "2")).json["access_token"]
    session = replace(stage.parts.sessions.load(token), records=(Record.parse(DOCUMENT),))
    assert {each.code for each in stage.parts.permissions.grants(session, session.records).values()} == {code}


def test_a_right_that_was_taken_away_meanwhile_reaches_the_open_panel(stage: World, api: Directory) -> None:
    token = exchange(stage, DOCUMENT).json["access_token"]
    claims = "eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="
    api.dead, api.challenge = {f"api-{ZOE}-1"}, f'Bearer error="insufficient_claims", claims="{claims}"'
    stage.clock.now += ALLOWED_FOR_S
    answer = batch(stage, token, DOCUMENT)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert (answer.json["code"], answer.json["claims"]) == ("sign-in-needed", '{"access_token":{}}')
    assert "html" not in answer.json
    api.challenge = ""
    assert batch(stage, token, DOCUMENT).status_code == 200  # the dead one was forgotten; the next is not dead


def test_our_own_secret_that_is_wrong_is_no_fault_of_the_viewers(stage: World, api: Directory) -> None:
    api.refusal = (401, {"error": "invalid_client", "error_codes": [7000215]})
    assert states(exchange(stage, DOCUMENT)) == ["unavailable"]
    assert stage.audited("host.failed")[0]["reason"] == "exchange-refused:invalid_client:7000215"


def test_a_throttled_api_is_left_alone_for_as_long_as_it_asks(stage: World, api: Directory) -> None:
    api.throttled = {"all": "40"}
    assert states(exchange(stage, DOCUMENT)) == ["unavailable"]
    api.throttled = {}
    asked = len(api.calls)
    stage.clock.now += 39
    second = exchange(stage, DOCUMENT, builder=entra("teams").said("uti", "2"))
    assert states(second) == ["unavailable"]
    assert len(api.calls) == asked  # another session, the same app: what it counts against
    stage.clock.now += 1
    assert batch(stage, second.json["access_token"], DOCUMENT).json["fragments"][0]["state"] != "unavailable"


# --- renewal ---


def test_a_renewal_asks_the_api(stage: World, api: Directory) -> None:
    token = exchange(stage, DOCUMENT).json["access_token"]
    stage.clock.now += 500
    answer = stage.client.post("/session/renew", data={"token": token}, headers={"Origin": PAGE})
    assert (answer.status_code, api.calls) == (200, ["exchange", "item", "item"])
    api.dead, api.refusal = {f"api-{ZOE}-1"}, (400, SIGN_IN)
    stage.clock.now += 500
    again = {"data": {"token": answer.json["access_token"]}, "headers": {"Origin": PAGE}}
    assert stage.client.post("/session/renew", **again).json["code"] == "session-expired"
    needed = stage.client.post("/session/renew", **again)
    assert (needed.status_code, needed.json["code"]) == (401, "sign-in-needed")
    assert needed.json["claims"] == SIGN_IN["claims"]
    assert needed.json["reference"] == stage.audited("session.refused")[-1]["reference"]


def test_an_end_wipes_the_viewers_token(stage: World) -> None:
    token = exchange(stage, DOCUMENT).json["access_token"]
    proof = entra("teams").proof()
    with stage.parts.database.read() as conn:
        kept = conn.exec_driver_sql("SELECT host_token FROM sessions").scalar_one()
    assert proof.encode()[:40] not in kept
    stage.client.delete("/session", headers={"Authorization": f"Bearer {token}"})
    with stage.parts.database.read() as conn:
        assert conn.exec_driver_sql("SELECT host_token FROM sessions").scalar_one() is None


# --- providers that cannot be asked ---


def test_an_id_tokens_viewer_sees_nothing_unless_the_connection_says_all(stage: World) -> None:
    assert states(exchange(stage, "Lead/17", host="oidc")) == ["denied"]
    assert stage.audited("permission.refused")[0]["reason"] == "host-says-no"
    open_ = replace(stage.settings.connections["oidc"], open_records=True)
    settings = replace(stage.settings, connections={**stage.settings.connections, "oidc": open_})
    with running(settings, stage.clock) as (parts, _):
        all_of_it = replace(stage, parts=parts, client=create_app(parts).test_client())
        answer = exchange(all_of_it, "Lead/17", builder=oidc().said("jti", "2"), host="oidc")
        assert states(answer) != ["denied"]
        stage.clock.now += 500
        renewal = {"data": {"token": answer.json["access_token"]}, "headers": {"Origin": PAGES}}
        renewed = all_of_it.client.post("/session/renew", **renewal)
        assert renewed.status_code == 200
        for _ in range(6):  # the token's hour ends, and with it the right to renew
            stage.clock.now += 550
            renewal = {"data": {"token": renewed.json["access_token"]}, "headers": {"Origin": PAGES}}
            renewed = all_of_it.client.post("/session/renew", **renewal)
            if renewed.status_code != 200:
                break
        assert (renewed.status_code, renewed.json["code"]) == (401, "session-expired")


# --- settings ---


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("acme-pages", {"tenants": ("x",)}, "tenants means nothing to host guest"),
        ("acme", {"open_records": True}, "open_records means nothing to host salesforce"),
        ("acme", {"single_use": False}, "single_use means nothing to host salesforce"),
        ("oidc", {"single_use": False}, "single_use means nothing to host oidc"),
        ("teams", {"open_records": True}, "open_records means nothing to host teams"),
        ("teams", {"tenants": ()}, "tenants is not set"),
        ("teams", {"client_id": ""}, "client_id is not set"),
        ("oidc", {"issuer": ""}, "issuer is not set"),
    ],
)
def test_settings_are_for_hosts_that_know_them(stage: World, name: str, changes: Any, says: str) -> None:
    wrong = replace(stage.settings.connections[name], **changes)
    settings = replace(stage.settings, connections={**stage.settings.connections, name: wrong})
    with pytest.raises(ConfigError) as refused:
        Connections(settings, None, None, None)  # type: ignore[arg-type]
    assert says in str(refused.value)


def test_a_host_whose_records_cannot_be_read_is_not_asked_for_them(stage: World) -> None:
    known = stage.parts.connections
    assert known.get("teams").settings.client_id == APP
    assert [known.can_read(known.get(name)) for name in ("teams", "oidc", "acme", "acme-pages")] == [
        False,
        False,
        True,
        True,
    ]
