"""Reading documents: what comes back, where the token goes, and what each refusal means."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import (
    AnswerTooLarge,
    Denied,
    DocumentRefused,
    DocumentTooLarge,
    HostUnavailable,
    RedirectRefused,
    SessionExpired,
)
from app.hosts._graph import GRAPH
from app.hosts._graph_documents import DOWNLOAD, document_facts, read_document
from app.launch import Record
from app.net.door import Response
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import DOCUMENT, entra

RECORD = Record.parse(DOCUMENT)
DRIVE, _, ITEM = RECORD.id.partition(":")
ELSEWHERE = "https://contoso.sharepoint.com/_layouts/15/download.aspx?UniqueId=1&tempauth=x"
MB = 1024 * 1024
BODY: dict[str, Any] = {
    "id": ITEM,
    "name": "Supply.docx",
    "size": 11,
    "eTag": '"{B6C0},2"',
    "cTag": '"c:{B6C0},1"',
    "file": {"mimeType": "application/pdf"},
    "webUrl": "https://contoso.sharepoint.com/x.docx",
    "parentReference": {"driveId": DRIVE},
    "lastModifiedBy": {"user": {"displayName": "Zoë"}},
    "lastModifiedDateTime": "2026-11-20T08:00:00Z",
    DOWNLOAD: ELSEWHERE,
}


def facts(body: Any, status: int = 200, **headers: str) -> Any:
    door = ScriptedDoor(answer(body, status, **headers))
    return document_facts(door.call, entra("sharepoint").connection, GRAPH, "viewer-token", [RECORD]).get(RECORD)


def read(*answers: Any, record: Record = RECORD, max_bytes: int = MB) -> tuple[Any, ScriptedDoor]:
    door = ScriptedDoor(*answers)
    return read_document(door.call, entra("sharepoint").connection, GRAPH, "viewer-token", record, max_bytes), door


def test_facts_are_the_librarys_words() -> None:
    found = facts(BODY)
    assert (found.record, found.name, found.etag, found.version) == (RECORD, "Supply.docx", "{B6C0},2", "c:{B6C0},1")
    assert (found.media_type, found.size, found.modified_by) == ("application/pdf", 11, "Zoë")


def test_what_is_no_page_is_no_link() -> None:
    assert facts(BODY | {"webUrl": "javascript:alert(1)"}).web_url == ""


def test_content_is_fetched_where_the_library_says_without_the_token() -> None:
    file, door = read(answer(BODY), Response(status=200, body=b"hello world"))
    assert (file.content, file.facts.name) == (b"hello world", "Supply.docx")
    metadata, download = door.asked
    assert metadata.headers["Authorization"] == "Bearer viewer-token"
    assert DOWNLOAD in metadata.url
    assert (download.url, download.max_bytes) == (ELSEWHERE, MB)
    assert "Authorization" not in download.headers


def test_a_link_names_the_same_document_as_its_ids() -> None:
    """Else a document would have a verdict for each way that leads to it."""
    file, _ = read(answer(BODY), Response(status=200, body=b"x"), record=Record("share", "u!aHR0cA"))
    assert file.facts.record == RECORD


@pytest.mark.parametrize("status", [403, 404])
def test_who_may_not_open_it_reads_nothing(status: int) -> None:
    assert facts({"error": {}}, status) is None
    with pytest.raises(Denied):
        read(answer({"error": {}}, status))


def test_an_answer_about_another_document_is_a_no() -> None:
    with pytest.raises(Denied):
        read(answer(BODY | {"id": "01OTHER"}))
    with pytest.raises(Denied):
        read(answer(BODY), record=Record("Lead", "00Q"))


def test_a_folder_is_told_to_be_none() -> None:
    folder = {**BODY, "file": None, "folder": {"childCount": 3}}
    assert facts(folder) is None
    with pytest.raises(DocumentRefused) as refused:
        read(answer(folder))
    assert refused.value.reason == "not-a-file"


@pytest.mark.parametrize("answers", [[answer(BODY | {"size": 2 * MB})], [answer(BODY), AnswerTooLarge()]])
def test_what_is_too_large_is_said_so_with_the_limit(answers: list[Any]) -> None:
    with pytest.raises(DocumentTooLarge) as refused:
        read(*answers)
    assert "over 1 MB" in refused.value.detail


def test_a_throttled_api_says_when_to_come_again() -> None:
    for answers in ([answer({}, 429, Retry_After="17")], [answer(BODY), answer({}, 429, Retry_After="17")]):
        with pytest.raises(HostUnavailable) as away:
            read(*answers)
        assert away.value.retry_after_s == 17.0


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([answer({**BODY, DOWNLOAD: None})], "host-download-missing"),
        ([answer({**BODY, DOWNLOAD: "http://contoso.sharepoint.com/x"})], "host-download-missing"),
        ([answer({**BODY, DOWNLOAD: "file:///etc/passwd"})], "host-download-missing"),
        ([answer(BODY), RedirectRefused()], "host-download-redirect-refused"),
        ([answer(BODY), answer({}, 401)], "host-download-status-401"),
        ([answer(BODY | {"eTag": 7})], "host-answer-shape"),
        ([answer(BODY | {"size": "much"})], "host-answer-shape"),
    ],
)
def test_what_is_not_the_documents_fault_is_tried_again(answers: list[Any], reason: str) -> None:
    with pytest.raises(HostUnavailable) as away:
        read(*answers)
    assert away.value.reason == reason


def test_a_dead_token_ends_the_session_and_goes_nowhere_else() -> None:
    with pytest.raises(SessionExpired):
        facts({}, 401)
    door = ScriptedDoor(answer(BODY))
    with pytest.raises(SessionExpired):
        document_facts(door.call, entra("sharepoint").connection, "https://evil.example", "viewer-token", [RECORD])
    assert door.asked == []
