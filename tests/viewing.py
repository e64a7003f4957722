"""Viewers of one record in a world of scores, who answer back as their panels do."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from app.answer import Answer, Reviewed
from app.config import ConnectionSettings
from app.launch import Record
from tests.hosts._proofs import BUILDERS
from tests.world import GUEST, LEAD, World

CARD = "score-card"


def pages(**changes: Any) -> ConnectionSettings:
    """The connection of guests, with other settings."""
    own = replace(
        BUILDERS["guest"]().connection,
        name="acme-pages",
        components=("score-badge", "score-card"),
        capabilities=("lead_score",),
        jwks_url="https://app.acme.example/jwks.json",
        algorithms=("EdDSA",),
        records_from="acme",
    )
    return replace(own, **changes)


@dataclass
class Person:
    """A viewer with a panel: what they see, and what they say of what they see."""

    world: World
    token: str
    record: str = LEAD
    element: bool = True

    @property
    def heads(self) -> dict[str, str]:
        return {"Origin": GUEST["origins"][0]} if self.element else {}

    def html(self) -> str:
        """Their card as it is now."""
        form = {"token": self.token, "item": f"{CARD} {self.record} -"}
        answer = self.world.client.post("/components:batch", data=form, headers=self.heads)
        return str(answer.json["fragments"][0]["html"])

    def seen(self) -> dict[str, str]:
        """What a form of theirs carries of it."""
        html = self.html()
        names = {"decision": r'data-decision="([^"]+)"', "version": r'data-version="(\d+)"'}
        return {name: found[1] for name, pattern in names.items() if (found := re.search(pattern, html))}

    def say(self, verdict: str, seen: dict[str, str] | None = None, **more: str) -> Any:
        said = {"token": self.token, "component": CARD, "record": self.record, "item": "score", "verdict": verdict}
        data = said | (self.seen() if seen is None else seen) | more
        return self.world.client.post("/reviews", data=data, headers=self.heads)

    def override(self, value: int = 61, seen: dict[str, str] | None = None, **more: str) -> Any:
        return self.say("override", seen, **({"value": str(value), "reason": "other"} | more))

    def review(self) -> Reviewed | None:
        """The review that they are told of."""
        session = self.world.parts.sessions.load(self.token)
        told = self.world.parts.fragments.reading(session, CARD, Record.parse(self.record))
        assert isinstance(told, Answer)
        return told.review


def person(world: World, subject: str, name: str = "", **asked: Any) -> Person:
    """A viewer of the guests' pages, in a session of its own."""
    said = {"sub": subject, "name": name or subject, "locale": "en", "component": CARD}
    token = world.element_token(**said | asked)
    return Person(world, token)


def framed(world: World, user: str = "005AB000001ZzZzYAK", **said: Any) -> Person:
    """A viewer of the host whose panels are frames."""
    return Person(world, world.frame_token(component=CARD, user=user, **said), element=False)
