"""POST /exports: what the viewer sees, as a file or a page; audited; nothing for a viewer who may not see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from tests.hosts._proofs import PAGE
from tests.library import CONTRACT, FOLDER, Shelf, shelf

BOTH = ("document-sidebar", "analysis-badge")


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with shelf(tmp_path_factory.mktemp("exports"), components=BOTH) as made:
        yield made


@pytest.fixture(scope="module")
def token(docs: Shelf) -> str:
    token = docs.token(CONTRACT, component="document-sidebar")
    docs.analysed(docs.world.parts.sessions.load(token))
    return token


def export(docs: Shelf, **form: str) -> TestResponse:
    return docs.world.client.post("/exports", data=form, headers={"Origin": PAGE})


def test_a_table_to_take_away(docs: Shelf, token: str) -> None:
    answer = export(docs, token=token, record=CONTRACT, format="csv")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/csv; charset=utf-8")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="findings.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.startswith(b'\xef\xbb\xbf"Severity","Finding"')
    row = docs.world.audited("export.given")[-1]
    assert (row["record"], row["component"]) == (CONTRACT, "document-sidebar")


def test_a_page_to_print_that_nobody_frames(docs: Shelf, token: str) -> None:
    answer = export(docs, token=token, record=CONTRACT, format="page")
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "Services agreement.txt" in answer.text
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"record": FOLDER}, 403),
        ({"record": CONTRACT, "format": "exe"}, 400),
        ({"record": "nonsense"}, 400),
        ({"record": CONTRACT, "token": "forged"}, 401),
    ],
)
def test_what_is_not_the_viewers_to_take(docs: Shelf, token: str, form: dict[str, str], status: int) -> None:
    assert export(docs, **{"token": token} | form).status_code == status
