"""What people ask of a busy deployment: of a hundred requests seventy cached badges, fifteen batches, ten sidebars,
five launches and reviews."""

from __future__ import annotations

import itertools
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from bench.proofs import COMPONENT, FRAMED
from tests.proof.staged.load import Ask, Seen
from tests.proof.staged.whole import CARD, SIDEBAR, Whole

BADGE, BATCH, BOX, LAUNCH, FIRST, REVIEW = "badge", "batch", "sidebar", "launch", "first", "review"
SHOWN = (BADGE, BATCH, BOX)  # what is on screens already
KINDS = (*SHOWN, LAUNCH, FIRST, REVIEW)
REVIEWED = 40  # cards that somebody speaks of, again and again
# Twenty in a row, in an order in which no kind comes in a heap; the last stands for launches and reviews in turn.
TURNS = (*[BADGE] * 3, BATCH, *[BADGE] * 3, BOX, *[BADGE] * 3, BATCH, *[BADGE] * 3, BOX, BADGE, BATCH, BADGE, "act")
ACTS = (LAUNCH, REVIEW, FIRST, REVIEW)
_SAID = {name: re.compile(rf'data-{name}="([^"]+)"') for name in ("decision", "version")}


@dataclass
class _Card:
    """A card, whose it is, and what a form of theirs carries of what it shows."""

    token: str
    record: str
    seen: Mapping[str, str]
    verdict: str = "accept"


@dataclass
class Mix:
    """All who ask. Begun before the load: their panels show already."""

    whole: Whole
    viewers: int = 20  # people at lists
    each: int = 25  # records on each list
    reviewed: int = REVIEWED
    anew: bool = False  # whether those who look for the first time do so at records that nobody has looked at
    first: int = 0  # from which number on
    turns: Sequence[str] = TURNS
    acts: Sequence[str] = ACTS
    badges: list[tuple[int, bytes]] = field(default_factory=list)  # node and request
    batches: list[tuple[int, bytes]] = field(default_factory=list)
    boxes: list[tuple[int, bytes]] = field(default_factory=list)
    cards: dict[str, _Card] = field(default_factory=dict)  # by record
    _waiting: deque[_Card] = field(default_factory=deque)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def begin(self) -> None:
        nodes = range(len(self.whole.nodes))
        for number in range(self.viewers):
            leads = [self._lead(number * self.each + n) for n in range(self.each)]
            for node in nodes:
                session = self.whole.opened(self.whole.form(leads, f"viewer-{number}"), node)
                token, items = session["access_token"], [f"{COMPONENT} {lead} -" for lead in leads]
                self.badges += [(node, self._get(COMPONENT, lead, token, self.whole.at.crm)) for lead in leads]
                form = [("token", token), *(("item", each) for each in items)]
                self.batches.append((node, self._post("/components:batch", form)))
        documents = self.whole.documents()
        for person, node in itertools.product(("dana", "zoe"), nodes):
            token = self.whole.opened(self.whole.library_form(documents, person), node)["access_token"]
            self.boxes += [(node, self._get(SIDEBAR, each, token, self.whole.at.library)) for each in documents]
        for number in range(self.reviewed):
            lead = self._lead(number)
            session = self.whole.opened(self.whole.form([lead], f"reviewer-{number}", CARD))
            card = _Card(session["access_token"], lead, _seen(session))
            self.cards[lead] = card
            self._waiting.append(card)

    def asks(self) -> Iterator[Ask]:
        """Everybody in turn, on all nodes."""
        ready = {
            kind: itertools.cycle(each)
            for kind, each in ((BADGE, self.badges), (BATCH, self.batches), (BOX, self.boxes))
        }
        acts = itertools.cycle(self.acts)
        for turn in itertools.cycle(self.turns):
            if turn in ready:
                node, request = next(ready[turn])
                yield Ask(turn, self.whole.nodes[node].port, request)
            else:
                yield self.act(next(acts))

    def act(self, kind: str) -> Ask:
        """One launch, first look or review. A review waits for what came of the one before; a launch goes instead."""
        number = next(self._numbers)
        node = self.whole.nodes[number // len(self.acts) % len(self.whole.nodes)]
        lead = self._lead(self.viewers * self.each + self.first + number if self.anew else number)
        if kind == REVIEW and self._waiting:
            card = self._waiting.popleft()
            form = {"token": card.token, "component": CARD, "record": card.record, "item": "score", **card.seen}
            return Ask(REVIEW, node.port, self._post("/reviews", form | {"verdict": card.verdict}))
        if kind == FIRST:
            form = self.whole.form([lead], f"new-{number}")
            return Ask(FIRST, node.port, self._post("/session", form))
        form = {"signed_request": self.whole.signer.canvas(lead)}
        path = f"/launch/{FRAMED}?component={COMPONENT}"
        return Ask(LAUNCH, node.port, self._post(path, form, origin=self.whole.at.crm))

    def heard(self, seen: Seen) -> Seen:
        """What is kept of an answer: not its body, of which a load makes hundreds of megabytes."""
        if seen.kind == REVIEW and seen.status == 200:
            answer = json.loads(seen.body)
            card = self.cards[answer["fragments"][0]["record"]]
            card.seen, card.verdict = _seen(answer), "undo" if card.verdict == "accept" else "accept"
            self._waiting.append(card)
        kept = {name: seen.headers[name] for name in ("inlay-state", "retry-after") if name in seen.headers}
        if seen.kind == FIRST and seen.status == 200:
            kept["inlay-state"] = json.loads(seen.body)["fragments"][0]["state"]
        return replace(seen, headers=kept, body=b"" if seen.status == 200 else seen.body)

    def _lead(self, number: int) -> str:
        return self.whole.leads[number % len(self.whole.leads)]

    @staticmethod
    def _get(component: str, record: str, token: str, origin: str) -> bytes:
        query = urlencode({"record": record})
        return (
            f"GET /components/{component}?{query} HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}\r\n"
            f"Accept-Encoding: gzip\r\nAuthorization: Bearer {token}\r\n\r\n"
        ).encode()

    def _post(self, path: str, form: Any, origin: str = "") -> bytes:
        body = urlencode(form, doseq=True)
        return (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin or self.whole.at.crm}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


def _seen(answer: Mapping[str, Any]) -> dict[str, str]:
    html = answer["fragments"][0]["html"]
    return {name: found[1] for name, pattern in _SAID.items() if (found := pattern.search(html))}
