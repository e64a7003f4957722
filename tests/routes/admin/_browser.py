"""An admin at the pages, without a browser: a cookie, the form's proof, and the origin that browsers name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from app.admins import Role
from app.application import create_app
from tests.world import World

ORIGIN = "https://inlay.example.com"
COOKIE = "__Host-inlay-admin"


class AdminPages:
    """One admin who is signed in; `get` and `post` as their browser would."""

    def __init__(self, world: World, role: Role = Role.OPERATOR, connections: Sequence[str] = ()) -> None:
        self.world, self.client = world, create_app(world.parts).test_client()
        admins = world.parts.admins
        self.token = admins.enter(admins.link("Ada", role, connections))
        self.client.set_cookie(COOKIE, self.token, domain="localhost")
        self.proof = admins.load(self.token).proof

    def get(self, path: str, **named: Any) -> Any:
        return self.client.get(path, **named)

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> Any:
        sent = {"proof": self.proof} | (form or {})
        return self.client.post(path, data=sent, headers={"Origin": ORIGIN} | headers)


def words(answer: Any) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))
