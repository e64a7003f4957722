"""What is answered for one item, as it goes out: made once, kept, and written into any number of answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from app.answer import State
from app.errors import Denied
from app.launch import Record
from app.web.memory.news import About

KEPT_BYTES = 48_000_000  # of markup, in each of two memories: a badge is 1 KB, a sidebar with 400 findings 500
STATUS = {State.DENIED: 403, State.UNAVAILABLE: 503}


@dataclass(frozen=True, slots=True)
class Item:
    """One component of one record that is asked for; `etag` is what the browser has of it."""

    tag: str
    record: Record
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Fragment:
    """What is answered for one item: its markup, and the same as elements are told it, written once."""

    tag: str
    record: Record
    state: str
    etag: str
    body: bytes
    json: bytes
    unchanged: bytes  # as an element is told that has it already

    @classmethod
    def of(cls, item: Item, state: State, html: str) -> Fragment:
        """From the markup: its bytes, its ETag, and what a batch says of it."""
        body = html.encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
        named: dict[str, object] = {"component": item.tag, "record": str(item.record), "etag": etag}
        code = {"code": Denied.code} if state is State.DENIED else {}
        told = named | code | {"state": str(state), "html": html}
        return cls(item.tag, item.record, str(state), etag, body, _json(told), _json(named | {"unchanged": True}))

    @property
    def status(self) -> int:
        """The HTTP status that it is answered with by itself."""
        return STATUS.get(State(self.state), 200)

    @property
    def size(self) -> int:
        """Bytes in memory, about; one that is larger than a memory takes all of it."""
        return min(KEPT_BYTES, 700 + len(self.body) + len(self.json))


@dataclass(frozen=True, slots=True)
class Shown:
    """A fragment that the road made for a session, and how long it stays the answer: until then, or until something is
    announced, after the epoch that it was made in, of what it is `about`."""

    fragment: Fragment
    about: About
    epoch: int
    until: float


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def as_json(shown: Sequence[Shown], known: Sequence[str] = ()) -> bytes:
    """Fragments for elements; of one whose ETag is the `known` one in its place, only that it is."""
    each = zip((one.fragment for one in shown), known or [""] * len(shown), strict=True)
    return b"[%b]" % b",".join(one.unchanged if etag == one.etag else one.json for one, etag in each)
