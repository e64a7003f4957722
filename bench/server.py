"""Server rows: CPU time of the server's processes for one request, in interleaved rounds."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bench import load
from bench.bare import CONSTANT, RAW
from bench.proofs import COMPONENT
from bench.stack import Stack, open_session

CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of request to one of the servers."""

    name: str
    server: str  # inlay | bare
    request: bytes
    status: int = 200


@dataclass(frozen=True, slots=True)
class Measured:
    cpu_us: float  # a request
    per_second: float
    p50_ms: float
    p95_ms: float


def rows(stack: Stack) -> list[Row]:
    """All kinds of requests. Fails when one is not answered as it shall be."""
    one, many = open_session(stack, stack.records[:1]), open_session(stack, stack.records)
    at = f"/components/{COMPONENT}?" + urlencode({"record": stack.records[0]})
    token = {"Authorization": f"Bearer {one['access_token']}"}
    etag = stack.http.get(stack.places.inlay + at, headers=token, timeout=10).headers["ETag"]
    return [
        Row("WSGI constant", "bare", _get(RAW)),
        Row("Flask constant", "bare", _get(CONSTANT)),
        Row("badge", "inlay", _get(at, token)),
        Row("badge, 304", "inlay", _get(at, token | {"If-None-Match": etag}), 304),
        Row("batch of 50", "inlay", _batch(many, etags=False)),
        Row("batch of 50, unchanged", "inlay", _batch(many, etags=True)),
    ]


def measure(stack: Stack, rounds: int, seconds: float, say: Callable[[str], None]) -> dict[str, list[Measured]]:
    """Each row once a round, in another order each time; the first round only warms up."""
    processes = {"inlay": load.tree(stack.inlay.pid), "bare": load.tree(stack.bare.pid)}
    kinds = rows(stack)
    found: dict[str, list[Measured]] = {row.name: [] for row in kinds}
    order = random.Random(1)
    for number in range(rounds + 1):
        order.shuffle(kinds)
        for row in kinds:
            port, tree = stack.ports[row.server], processes[row.server]
            before = load.cpu_seconds(tree)
            seen = load.run(port, row.request, row.status, seconds=seconds if number else 0.5, connections=CONNECTIONS)
            used = load.cpu_seconds(tree) - before
            if number:
                cuts = statistics.quantiles(seen.latencies_ms, n=20)
                found[row.name].append(Measured(used / seen.requests * 1e6, seen.per_second, cuts[9], cuts[18]))
        say(f"server: round {number} of {rounds}")
    return found


def summary(found: dict[str, list[Measured]]) -> list[dict[str, Any]]:
    """Medians over the rounds; the ratio is the median of the rounds' own ratios."""
    constant = [each.cpu_us for each in found["Flask constant"]]
    table = []
    for name, measured in found.items():
        ratios = [each.cpu_us / of for each, of in zip(measured, constant, strict=True)]
        table.append(
            {
                "row": name,
                "cpu_us": round(statistics.median(each.cpu_us for each in measured), 1),
                "x_flask_constant": round(statistics.median(ratios), 3),
                "ratio_range": [round(min(ratios), 3), round(max(ratios), 3)],
                "requests_per_s": round(statistics.median(each.per_second for each in measured)),
                "p50_ms": round(statistics.median(each.p50_ms for each in measured), 2),
                "p95_ms": round(statistics.median(each.p95_ms for each in measured), 2),
            }
        )
    return table


def _get(target: str, headers: dict[str, str] | None = None) -> bytes:
    """As a browser asks, with the headers that it always sends."""
    sent = {"Host": "localhost", "Accept": "*/*", "Accept-Encoding": "gzip, deflate, br", **(headers or {})}
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _batch(session: dict[str, Any], *, etags: bool) -> bytes:
    items = [f"{each['component']} {each['record']} {each['etag'] if etags else '-'}" for each in session["fragments"]]
    body = urlencode([("token", session["access_token"]), *(("item", item) for item in items)])
    head = (
        "POST /components:batch HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n"
        "Accept-Encoding: gzip, deflate, br\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()
