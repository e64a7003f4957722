"""The page of API keys: a key is shown once, to who may change the connection, and ended there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.admins import Role
from tests.routes.admin._browser import AdminPages, words
from tests.world import LEAD, World

PATH = "/admin/connections/acme/api-keys"
FORM: dict[str, Any] = {
    "act": "create", "service": "apex", "days": "30", "may": ["read"], "capability": ["lead_score"],
    "field": ["activity"],
}  # fmt: skip


def test_a_key_is_shown_once_works_and_is_ended(world: World) -> None:
    ada = AdminPages(world)
    assert "None yet." in words(ada.get(PATH))
    made = ada.post(PATH, FORM)
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    [text] = re.findall(r"inlay_[0-9a-f]{16}_[\w-]{43}", made.text)
    headers = {"Authorization": f"Bearer {text}"}
    assert world.client.get(f"/api/v1/scores/lead_score/{LEAD}", headers=headers).status_code == 200
    later = ada.get(PATH)
    assert text not in later.text
    assert "Valid read lead_score activity" in words(later)
    name = text.split("_")[1]
    assert ada.post(PATH, {"act": "revoke", "id": name}).status_code == 303
    assert "Revoked" in words(ada.get(PATH))
    assert world.client.get(f"/api/v1/scores/lead_score/{LEAD}", headers=headers).status_code == 401
    assert [row["admin"] for row in world.audited("apikey.revoked")] == ["Ada"]


@pytest.mark.parametrize("changes", [{"service": "Apex!"}, {"days": "x"}, {"capability": []}, {"field": ["salary"]}])
def test_what_cannot_be_granted_is_said_and_no_key_is_made(world: World, changes: dict[str, Any]) -> None:
    answer = AdminPages(world).post(PATH, FORM | changes)
    assert answer.status_code == 422
    assert "No key was made" in words(answer)
    assert world.parts.callers.keys.all() == []


def test_who_may_only_look_makes_none_and_another_connection_s_admin_sees_none(world: World) -> None:
    assert "Make a key" not in AdminPages(world, Role.AUDITOR).get(PATH).text
    assert AdminPages(world, Role.AUDITOR).post(PATH, FORM).status_code == 403
    other = AdminPages(world, Role.CONNECTION_ADMIN, ["acme-pages"])
    assert other.get(PATH).status_code == 404
    assert other.post(PATH, FORM).status_code == 404
