"""Rows of the library, read and written by the very calls that write back, against its own application."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.demo.library.columns import AI_COLUMNS, WRITES
from app.demo.library.desk import Desk
from app.demo.library.document import DRIVE, LIST
from app.demo.library.items import site_id
from app.hosts._graph_write import check, read, write
from app.hosts._write import Changed, WriteRefused
from app.launch import Record
from app.net.door import Request, Response
from tests.demo.library.conftest import LIBRARY, Api
from tests.hosts._proofs import entra

FIELDS = tuple(AI_COLUMNS)


class Door:
    def __init__(self, api: Api) -> None:
        self._api = api

    def call(self, request: Request) -> Response:
        body, headers = request.content()
        url = request.url.removeprefix(LIBRARY)
        answer = self._api.client.open(url, method=request.method, data=body, headers={**headers, **request.headers})
        return Response(answer.status_code, dict(answer.headers), answer.get_data())


CONNECTION = replace(entra("sharepoint").connection, host_url=LIBRARY, drives=(DRIVE,))


def test_columns_are_written_and_read_back(desk: Desk, api: Api) -> None:
    [document, *_] = desk.documents.all()
    record, call, token = Record.parse(document.record), Door(api).call, api.app_token()
    found = read(call, CONNECTION, token, record, FIELDS)
    assert found is not None
    assert set(found.values.values()) == {None}
    write(call, CONNECTION, token, record, {"AIRisk": "high", "AIVerdict": "2 accepted"}, found.version)
    now = read(call, CONNECTION, token, record, FIELDS)
    assert now is not None
    assert now.values == {"AIRisk": "high", "AIReviewedAt": None, "AIVerdict": "2 accepted"}
    with pytest.raises(Changed):
        write(call, CONNECTION, token, record, {"AIRisk": "low"}, found.version)
    assert "2 accepted" in api.client.get("/documents?as=zoe").text


def test_what_is_no_column_and_who_is_not_the_app(desk: Desk, api: Api) -> None:
    [document, *_] = desk.documents.all()
    record, call, token = Record.parse(document.record), Door(api).call, api.app_token()
    found = read(call, CONNECTION, token, record, FIELDS)
    assert found is not None
    with pytest.raises(WriteRefused) as caught:
        write(call, CONNECTION, token, record, {"AIMood": "good"}, found.version)
    assert (caught.value.why, caught.value.words) == ("field", "Field 'AIMood' is not recognized")
    with pytest.raises(WriteRefused) as caught:
        write(call, CONNECTION, api.viewer_token("zoe"), record, {"AIRisk": "low"}, found.version)
    assert caught.value.why == "permission"
    assert api.get(f"/v1.0/sites/{site_id(desk)}/lists/{LIST}/items/9999", token).status_code == 404


def test_the_library_says_what_its_columns_are(api: Api) -> None:
    found = check(Door(api).call, CONNECTION, api.app_token(), "driveItem", [*WRITES.values(), "Modified", "AIMood"])
    assert [bool(each.problem) for each in found] == [False, False, False, True, True]
