"""The auditor's page: what was found, for whom it is, and that looking leaves its row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

from app.admins import Role
from app.errors import StoreUnavailable
from tests.routes.admin._browser import AdminPages, words
from tests.world import LEAD, World
from tests.world import world as make_world

PATH = "/admin/audit"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A lead was looked at through two connections."""
    with make_world(tmp_path_factory.mktemp("audit")) as world:
        world.looked_at()
        yield world


def test_what_was_shown_is_found_by_its_words(seen: World) -> None:
    ada = AdminPages(seen)
    viewer = seen.audited("view.shown")[0]["viewer"]
    version = seen.audited("answer.given")[0]["version"]
    for asked in (f"viewer={viewer}&event=view.shown", f"record={LEAD}&event=view.shown&connection=acme"):
        page = ada.get(f"{PATH}?{asked}")
        assert page.status_code == 200
        assert viewer in page.text
        assert LEAD in page.text
    assert "answer.given" in words(ada.get(f"{PATH}?version={version}&connection=acme")).partition("More")[2]
    assert "Nothing was found" in words(ada.get(f"{PATH}?viewer=nobody"))
    assert "Nothing was found" in words(ada.get(f"{PATH}?until=2001-01-01T00:00"))


def test_from_a_row_it_is_one_click_to_why_it_said_so(seen: World) -> None:
    ada = AdminPages(seen)
    decision = seen.audited("view.shown")[0]["decision"]
    address = f"/admin/decisions/{decision}"
    assert f'href="{address}"' in ada.get(f"{PATH}?event=view.shown").text
    assert ada.get(address).status_code == 200


def test_pages_go_on_from_the_last_row(seen: World) -> None:
    ada = AdminPages(seen)
    for number in range(60):
        seen.parts.audit.write("admin.left", admin=f"no {number}")
    first = ada.get(f"{PATH}?event=admin.left")
    [older] = [part.partition('"')[0] for part in first.text.split('rel="next" href="')[1:]]
    second = ada.get(PATH + older.replace("&amp;", "&"))
    assert [("no 59" in page.text, "no 0<" in page.text) for page in (first, second)] == [(True, False), (False, True)]
    for place in ("1.0", "1.0,99999999999999999999", "nan,1"):  # no database has such a number
        assert ada.get(f"{PATH}?after={place}").status_code == 400


def test_every_search_and_export_leaves_its_row_first(seen: World) -> None:
    ada = AdminPages(seen)
    ada.get(f"{PATH}?viewer=zoe&since=2026-11-18T00:00")
    ada.post(f"{PATH}/export", {"viewer": "zoe", "form": "csv", "connection": "acme"})
    searched, exported = seen.audited("audit.searched")[-1], seen.audited("audit.exported")[-1]
    assert searched["admin"] == exported["admin"] == "Ada"
    assert searched["filters"]["viewer"] == "zoe"
    assert searched["filters"]["since"] == 1_794_960_000.0
    assert (exported["how"], exported["connection"]) == ("csv", "acme")


def test_no_row_no_look(seen: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = AdminPages(seen)

    def full(*_: object, **__: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(type(seen.parts.audit), "write", full)
    for answer in (ada.get(f"{PATH}?record={LEAD}"), ada.post(f"{PATH}/export", {"form": "jsonl"})):
        assert answer.status_code == 503
        assert "00QAB" not in answer.text


def test_an_export_is_a_file_of_all_that_was_found(seen: World) -> None:
    ada = AdminPages(seen)
    answer = ada.post(f"{PATH}/export", {"form": "csv", "event": "view.shown"})
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="inlay-audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    assert {each["connection"] for each in rows} == {"acme", "acme-pages"}
    lines = ada.post(f"{PATH}/export", {"form": "jsonl", "event": "view.shown"}).text.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [int(each["seq"]) for each in rows]
    assert ada.post(f"{PATH}/export", {"form": "xml"}).status_code == 400
    assert ada.post(f"{PATH}/export", {"form": "csv", "proof": "x"}).status_code == 403


@pytest.mark.parametrize("role", [Role.CONNECTION_ADMIN, Role.DESIGNER])
def test_it_is_for_auditors(seen: World, role: Role) -> None:
    ada = AdminPages(seen, role)
    assert ada.get(PATH).status_code == 403
    assert ada.post(f"{PATH}/export", {"form": "csv"}).status_code == 403


def test_of_one_s_own_connections_only(seen: World) -> None:
    """Neither by another's name, nor by a viewer or a record that another has too, nor without any word."""
    ada = AdminPages(seen, Role.AUDITOR, ["acme"])
    assert ada.get(f"{PATH}?connection=acme-pages").status_code == 404
    assert ada.post(f"{PATH}/export", {"form": "csv", "connection": "acme-pages"}).status_code == 404
    assert "acme-pages" not in ada.get(PATH).text
    for asked in (
        {},
        {"record": LEAD},
        {"event": "view.shown"},
        {"version": seen.audited("answer.given")[0]["version"]},
    ):
        lines = ada.post(f"{PATH}/export", {"form": "jsonl", **asked}).text.splitlines()
        assert {json.loads(line)["connection"] for line in lines} == {"acme"}
