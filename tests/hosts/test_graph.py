"""Whether a viewer may open documents: what is asked, how often, and that nothing but a yes is a yes."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from app.errors import HostUnavailable, SessionExpired, SignInNeeded, TimedOut
from app.hosts._graph import GRAPH
from app.hosts._graph_items import check_access
from app.launch import Access, Record
from app.net.door import Request, Response
from tests.hosts._directory import Directory
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import DOCUMENT, DRIVE, entra

ONE = Record.parse(DOCUMENT)
TWO = Record("driveItem", f"{DRIVE}:01BYE5RZ5MYLM2SMX75ZBIPQZIHT6OAYPB")
NO = Access(allowed=False)
CONNECTION = entra("teams").connection


def access(call: Any, *records: Record, fields: tuple[str, ...] = ()) -> dict[Record, Access]:
    return check_access(call, CONNECTION, GRAPH, "viewer-token", records, fields)


def known(*records: Record) -> Directory:
    return Directory(documents={record.id for record in records})


def test_one_document_is_asked_for_with_the_viewers_token() -> None:
    drive, _, item = ONE.id.partition(":")
    door = ScriptedDoor(answer({"id": item, "parentReference": {"driveId": drive}}))
    assert access(door.call, ONE, fields=("name",)) == {ONE: Access(True, frozenset({"name"}))}
    (request,) = door.asked
    assert request.method == "GET"
    assert (
        request.url
        == f"https://graph.microsoft.com/v1.0/drives/{drive}/items/{item}?$select=id,parentReference,sharepointIds"
    )
    assert request.headers["Authorization"] == "Bearer viewer-token"


def test_several_documents_are_one_call() -> None:
    api = known(ONE)
    assert access(api.call, TWO, ONE) == {ONE: Access(True), TWO: NO}
    assert api.calls == ["batch"]


def test_200_documents_are_ten_calls() -> None:
    records = [Record("driveItem", f"{DRIVE}:01ITEM{n:04d}") for n in range(200)]
    api = known(*records[::2])
    answers = access(api.call, *records)
    assert [record for record in records if answers[record].allowed] == records[::2]
    assert api.calls == ["batch"] * 10


@pytest.mark.parametrize("status", [403, 404])
def test_a_document_that_the_viewer_may_not_open(status: int) -> None:
    assert access(ScriptedDoor(answer({"error": {"code": "x"}}, status)).call, ONE) == {ONE: NO}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"id": ONE.id.partition(":")[2]},
        {"id": ONE.id.partition(":")[2], "parentReference": {"driveId": "b!another"}},
        {"id": TWO.id.partition(":")[2], "parentReference": {"driveId": DRIVE}},
        {"id": ONE.id, "parentReference": []},
    ],
)
def test_what_is_no_clear_yes_is_a_no(body: Any) -> None:
    assert access(ScriptedDoor(answer(body)).call, ONE) == {ONE: NO}


@pytest.mark.parametrize(
    "record",
    [
        "Lead/00QAB000003LeadAA2",
        "driveItem/01BYE5RZ6QN3ZWBTUFOFD3GSPGOHDJD36K",
        "driveItem/b!x:..",
        "driveItem/..:01X",
        "driveItem/b!x:01X:children",
        "driveItem/b!x:",
        "driveItem/me@contoso.example:01X",
        "driveitem/b!x:01X",
    ],
)
def test_names_that_are_no_documents_never_reach_the_api(record: str) -> None:
    door = ScriptedDoor(answer({}))
    assert access(door.call, Record.parse(record)) == {Record.parse(record): NO}
    assert door.asked == []


@pytest.mark.parametrize(
    ("outcome", "reason", "wait"),
    [
        (answer({}, 429, Retry_After="17"), "host-status-429", 17.0),
        (answer({}, 503, Retry_After="5"), "host-status-503", 5.0),
        (answer({}, 500), "host-status-500", None),
        (answer({}, 302), "host-status-302", None),
        (TimedOut(), "host-timed-out", None),
        (Response(status=200, body=b"<html>"), "host-answer-shape", None),
    ],
)
def test_an_api_that_cannot_answer(outcome: Any, reason: str, wait: float | None) -> None:
    """Not a no: a viewer who may open the document must not be told otherwise because the API is busy."""
    for records in ([ONE], [ONE, TWO]):
        with pytest.raises(HostUnavailable) as away:
            access(ScriptedDoor(outcome).call, *records)
        assert (away.value.reason, away.value.retry_after_s) == (reason, wait)


def test_a_batch_that_is_throttled_in_part_waits_for_the_longest() -> None:
    api = known(ONE, TWO)
    api.throttled = {ONE.id: "3", TWO.id: "40"}
    with pytest.raises(HostUnavailable) as away:
        access(api.call, ONE, TWO)
    assert away.value.retry_after_s == 40.0


@pytest.mark.parametrize(
    "responses",
    [
        None,
        {},
        ["x"],
        [{"id": "0", "status": 200, "body": {}}],
        [{"id": "0", "status": 200}, {"id": "7", "status": 200}],
        [{"id": "0", "status": 500}, {"id": "1", "status": 200}],
        [{"id": "0", "status": "200"}, {"id": "1", "status": 200}],
    ],
)
def test_a_batch_that_is_answered_in_part(responses: Any) -> None:
    with pytest.raises(HostUnavailable):
        access(ScriptedDoor(answer({"responses": responses})).call, ONE, TWO)


def test_answers_are_told_apart_by_their_ids_not_by_their_places() -> None:
    api = known(TWO)
    assert access(api.call, ONE, TWO) == {ONE: NO, TWO: Access(True)}


def test_a_dead_token_ends_the_session() -> None:
    for records in ([ONE], [ONE, TWO]):
        with pytest.raises(SessionExpired) as dead:
            access(ScriptedDoor(answer({}, 401)).call, *records)
        assert (dead.value.reason, dead.value.code) == ("host-token-dead", "session-expired")


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_challenge_is_handed_on(encode: Any) -> None:
    claims = '{"access_token":{"nbf":{"essential":true,"value":"1795000100"},"x":">>>???"}}'
    header = f'Bearer realm="", error="insufficient_claims", claims="{encode(claims.encode()).decode()}"'
    with pytest.raises(SignInNeeded) as needed:
        access(ScriptedDoor(answer({}, 401, WWW_Authenticate=header)).call, ONE)
    assert (needed.value.code, needed.value.claims) == ("sign-in-needed", claims)


@pytest.mark.parametrize("claims", ["", "!!", "e30", "W10=", "eyI=", "A" * 7_000])
def test_what_is_no_challenge_is_a_dead_token(claims: str) -> None:
    header = f'Bearer error="insufficient_claims", claims="{claims}"'
    with pytest.raises(SessionExpired) as dead:
        access(ScriptedDoor(answer({}, 401, WWW_Authenticate=header)).call, ONE)
    assert dead.value.reason == ("host-challenge" if claims == "e30" else "host-token-dead")


def test_the_viewers_token_goes_to_the_connections_api_only() -> None:
    door = ScriptedDoor(answer({}))
    with pytest.raises(SessionExpired):
        check_access(door.call, CONNECTION, "https://evil.example", "viewer-token", [ONE], [])
    assert door.asked == []
    other_cloud = replace(CONNECTION, host_url="https://graph.microsoft.us")
    check_access(door.call, other_cloud, "https://graph.microsoft.us", "viewer-token", [ONE], [])
    assert door.asked[0].url.startswith("https://graph.microsoft.us/v1.0/drives/")


def test_all_calls_of_one_question_have_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 1_000, 4))
    monkeypatch.setattr("time.monotonic", lambda: float(next(moments)))
    records = [Record("driveItem", f"{DRIVE}:01ITEM{n:04d}") for n in range(200)]
    api, asked = known(*records), []

    def call(request: Request) -> Response:
        asked.append(request.deadline_s)
        return api.call(request)

    with pytest.raises(HostUnavailable) as late:
        access(call, *records)
    assert (late.value.reason, asked) == ("host-timed-out", [5.0, 2.0])
