"""Decisions to learn from, by page: for whoever may read the audit of a connection, and of no other."""

from __future__ import annotations

import json

import pytest

from app.admins import Role
from tests.routes.admin._browser import AdminPages
from tests.world import World

PATH = "/admin/decisions/export"


def test_the_file_is_of_what_was_chosen_and_noted(world: World) -> None:
    world.looked_at()
    ada = AdminPages(world)
    assert 'action="/admin/decisions/export"' in ada.get("/admin/decisions").text
    answer = ada.post(PATH, {"form": "jsonl", "connection": "acme", "unreviewed": "on"})
    assert answer.mimetype == "application/jsonl"
    [line] = [json.loads(each) for each in answer.text.splitlines()]
    assert (line["connection"], line["features"]["activity"]) == ("acme", 3)
    assert ada.post(PATH, {"form": "csv"}).text.count("\n") == 1  # of which somebody said something: the head alone
    first, second = world.audited("training.exported")
    assert (first["connection"], first["how"], second["connection"]) == ("acme", "jsonl", None)


@pytest.mark.parametrize(("role", "connection", "status"), [
    (Role.AUDITOR, "acme", 200), (Role.AUDITOR, "acme-pages", 404), (Role.DESIGNER, "acme", 403),
])  # fmt: skip
def test_of_one_s_own_connections_only(world: World, role: Role, connection: str, status: int) -> None:
    world.looked_at()
    ada = AdminPages(world, role, ["acme"])
    assert ada.post(PATH, {"form": "jsonl", "connection": connection, "unreviewed": "on"}).status_code == status
    if role is Role.AUDITOR:
        mine = ada.post(PATH, {"form": "jsonl", "unreviewed": "on"}).text.splitlines()
        assert {json.loads(each)["connection"] for each in mine} == {"acme"}


def test_another_form_than_ours_is_none(world: World) -> None:
    assert AdminPages(world).post(PATH, {"form": "xlsx"}).status_code == 400
