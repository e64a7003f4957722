"""The kinds of requests that are measured, as bytes on the wire."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bench.bare import CONSTANT, RAW, WHOLE
from bench.core import BRIEF, FRESH
from bench.load import WrongAnswerError
from bench.proofs import COMPONENT
from bench.stack import Stack, open_session

BASE, BADGE = "Flask constant", "badge"
THROUGH = f"{BADGE}, through Flask"
MISSES_A_ROUND = 100
_SESSION = 200  # records that one session may name


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of request to one of the servers. `rare`: so many a round and one by one, since each is another."""

    name: str
    server: str  # inlay | road | bare
    request: bytes | Iterator[bytes]
    status: int = 200
    everywhere: bool = False  # also one by one, and at 64 connections
    rare: int = 0


def rows(stack: Stack, rounds: int) -> list[Row]:
    """All kinds of requests. Fails when one is not answered as it shall be."""
    one, many = open_session(stack, stack.records[:1]), open_session(stack, stack.records[:_SESSION])
    badge, etag = known(one)
    batches = {
        f"batch of {count}": post(many["access_token"], many["fragments"][:count]) for count in (50, len(stack.records))
    }
    return [
        Row("WSGI constant", "bare", get(RAW)),
        Row("WSGI constant, with a badge's token and headers", "bare", get(WHOLE, one["access_token"])),
        Row(BASE, "bare", get(CONSTANT), everywhere=True),
        Row(BADGE, "inlay", badge, everywhere=True),
        Row(THROUGH, "road", badge, everywhere=True),
        Row("badge, 304", "inlay", get(*_at(one), {"If-None-Match": etag}), 304),
        *(Row(name, "inlay", request, everywhere=True) for name, request in batches.items()),
        *(Row(f"{name}, through Flask", "road", request) for name, request in batches.items()),
        *(
            Row(f"{name}, unchanged", "inlay", post(many["access_token"], many["fragments"][:count], etags=True))
            for name, count in (("batch of 50", 50), ("batch of 200", len(stack.records)))
        ),
        *(Row(f"{name}, never asked before", "inlay", _anew(request)) for name, request in batches.items()),
        Row("stale", "inlay", get(*_stale(stack))),
        Row("miss", "inlay", _misses(stack, (rounds + 1) * MISSES_A_ROUND), rare=MISSES_A_ROUND),
    ]


def known(session: Mapping[str, Any]) -> tuple[bytes, str]:
    """A session's first badge: the request for it, and its ETag."""
    return get(*_at(session)), session["fragments"][0]["etag"]


def get(target: str, token: str = "", headers: Mapping[str, str] | None = None) -> bytes:
    """As a browser asks, with the headers that it always sends."""
    sent = {"Host": "localhost", "Accept": "*/*", "Accept-Encoding": "gzip, deflate, br"}
    sent |= {"Authorization": f"Bearer {token}"} if token else {}
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in {**sent, **(headers or {})}.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(token: str, fragments: Sequence[Mapping[str, str]], *, etags: bool = False) -> bytes:
    """A batch, as an element sends it."""
    items = [f"{each['component']} {each['record']} {each['etag'] if etags else '-'}" for each in fragments]
    return _form(urlencode([("token", token), *(("item", item) for item in items)]))


def badge_of(record: str) -> str:
    return f"/components/{COMPONENT}?" + urlencode({"record": record})


def _at(session: Mapping[str, Any]) -> tuple[str, str]:
    return badge_of(session["fragments"][0]["record"]), session["access_token"]


def _form(body: str) -> bytes:
    head = (
        "POST /components:batch HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n"
        "Accept-Encoding: gzip, deflate, br\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


def _anew(batch: bytes) -> Iterator[bytes]:
    """The same items, asked for together with a sheet that there is not, another one each time."""
    body = batch.decode().partition("\r\n\r\n")[2]
    return (_form(f"{body}&style=none-{number:08d}") for number in itertools.count())


def _misses(stack: Stack, count: int) -> Iterator[bytes]:
    """First looks at records that nobody has looked at."""
    records = [f"{FRESH}/{number}" for number in range(count)]
    sessions = [records[n : n + _SESSION] for n in range(0, count, _SESSION)]
    tokens = [open_session(stack, each, shown=False, carried=True)["access_token"] for each in sessions]
    return (get(badge_of(records[n]), tokens[n // _SESSION]) for n in range(count))


def _stale(stack: Stack) -> tuple[str, str]:
    """A badge whose core answered once and is away since."""
    record = f"{BRIEF}/1"
    token = open_session(stack, [record], carried=True)["access_token"]
    target, until = badge_of(record), time.monotonic() + 15
    while time.monotonic() < until:
        time.sleep(0.3)
        answer = stack.http.get(stack.places.inlay + target, headers={"Authorization": f"Bearer {token}"}, timeout=10)
        if answer.headers["Inlay-State"] == "stale":
            return target, token
    raise WrongAnswerError(f"A score past its time is not stale, but {answer.headers['Inlay-State']}.")
