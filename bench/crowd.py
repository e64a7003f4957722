"""What happens to cached badges when others need the server too: slow misses, many viewers at once, a long day."""

from __future__ import annotations

import itertools
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import requests

from bench import load, nginx
from bench.bare import RAW
from bench.core import SLOW, SLOW_S
from bench.load import Load, WrongAnswerError
from bench.processes import memory, tree
from bench.rows import badge_of, get, known, post
from bench.server import CONNECTIONS
from bench.stack import Stack, open_session

MISSES, VIEWERS = 4, 50
_SESSION = 200


def measure(stack: Stack, turns: int, day: int, say: Callable[[str], None]) -> dict[str, Any]:
    """All of it: `turns` of each kind, and a day of so many requests."""
    before = memory(tree(stack.pid["inlay"]))
    found: dict[str, Any] = {"misses": _beside_misses(stack, turns)}
    say(f"crowd: cached badges beside {MISSES} slow misses")
    found["viewers"] = _viewers(stack, 10 * turns)
    say(f"crowd: {VIEWERS} viewers at once")
    found["memory"] = {"before": before.rss, "before_pss": before.pss} | _long_day(stack, day)
    say("crowd: memory")
    return found


def _beside_misses(stack: Stack, turns: int) -> dict[str, float]:
    """Rate and p95 of cached badges with slow misses in flight, and without, in turns."""
    badge, _ = known(open_session(stack, stack.records[:1]))
    alone: list[Load] = []
    beside: list[Load] = []
    records = iter(range(100_000))
    for _ in range(turns):
        alone.append(load.run(stack.port["inlay"], badge, connections=CONNECTIONS, seconds=2))
        with _misses(stack, records):
            beside.append(load.run(stack.port["inlay"], badge, connections=CONNECTIONS, seconds=2))
        time.sleep(SLOW_S)  # the last ones land
    rates = [one.per_second / other.per_second for one, other in zip(beside, alone, strict=True)]
    p95s = [one.percentile(95) / other.percentile(95) for one, other in zip(beside, alone, strict=True)]
    return {
        "alone_per_s": round(statistics.median(each.per_second for each in alone)),
        "beside_per_s": round(statistics.median(each.per_second for each in beside)),
        "rate_x_alone": round(statistics.median(rates), 2),
        "alone_p95_ms": round(statistics.median(each.percentile(95) for each in alone), 2),
        "beside_p95_ms": round(statistics.median(each.percentile(95) for each in beside), 2),
        "p95_x_alone": round(statistics.median(p95s), 2),
    }


@contextmanager
def _misses(stack: Stack, numbers: Iterator[int]) -> Iterator[None]:
    """So many first looks that take a second each are in flight, until it is left. Raises WrongAnswerError."""
    names = [f"{SLOW}/{next(numbers)}" for _ in range(_SESSION)]
    token = open_session(stack, names, shown=False, carried=True)["access_token"]
    todo, over, failed = iter(names), threading.Event(), []

    def look() -> None:
        with requests.Session() as http:
            http.trust_env = False
            while not over.is_set():
                began = time.monotonic()
                answer = http.get(
                    stack.places.inlay + badge_of(next(todo)), headers={"Authorization": f"Bearer {token}"}, timeout=10
                )
                if answer.headers.get("Inlay-State") != "pending":
                    failed.append(f"A slow miss is not pending: {answer.status_code} {answer.text[:200]}")
                over.wait(SLOW_S - (time.monotonic() - began))

    threads = [threading.Thread(target=look) for _ in range(MISSES)]
    for each in threads:
        each.start()
    time.sleep(0.2)
    try:
        yield
    finally:
        over.set()
        for each in threads:
            each.join()
    if failed:
        raise WrongAnswerError(failed[0])


_CALLED = {"bare": "WSGI constant"}
_CLIENTS: dict[str, load.Burst] = {"a client each": load.viewers, "one client, connected": load.volley}


def _viewers(stack: Stack, bursts: int) -> list[dict[str, Any]]:
    """So many viewers look at once, in turns at Inlay, at the same kind of server with a constant (no application can
    be quicker behind it), and at nginx; as viewers do, and by one client that takes as little time as it can."""
    sessions = [open_session(stack, [record]) for record in stack.records[:VIEWERS]]
    asked = {"inlay": [known(each)[0] for each in sessions], "bare": [get(RAW)] * VIEWERS}
    if "nginx" in stack.pid:
        asked["nginx"] = [get(nginx.AT, headers={"Authorization": "Bearer x"})] * VIEWERS
    turns, order = [*itertools.product(_CLIENTS, asked)], random.Random(1)
    found: dict[tuple[str, str], list[list[float]]] = {each: [] for each in turns}  # a list for each burst
    for number in range(bursts + 2):
        for client, server in order.sample(turns, len(turns)):
            took = _CLIENTS[client](stack.port[server], asked[server])
            if number >= 2:
                found[client, server].append(took)
    return [
        {"client": client, "server": _CALLED.get(server, server)} | _of_bursts(took, found.get((client, "nginx"), ()))
        for (client, server), took in found.items()
    ]


def _of_bursts(took: Sequence[Sequence[float]], beside: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Percentiles of all answers; the p95 of a burst, in the median; and that beside nginx's of the same turn.

    What the machine does to one burst in twenty is the p95 of all answers, so that the ratio is a burst's.
    """
    p95s = [_percentile(each, 95) for each in took]
    found: dict[str, Any] = {f"p{each}_ms": round(_percentile([*chain(*took)], each), 2) for each in (50, 95, 99)}
    found["burst_p95_ms"] = round(statistics.median(p95s), 2)
    if ratios := [p95 / _percentile(other, 95) for p95, other in zip(p95s, beside, strict=False)]:
        low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
        found |= {"x_nginx": round(median, 2), "x_nginx_quartiles": [round(low, 2), round(high, 2)]}
    return found


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _long_day(stack: Stack, day: int) -> dict[str, float]:
    """Memory after the first sixth of a day's requests, by 50 viewers, and after all of them."""
    sessions = [open_session(stack, stack.records[n : n + 5]) for n in range(VIEWERS)]
    polls = [known(each)[0] for each in sessions]
    batches = [post(each["access_token"], each["fragments"]) for each in sessions]
    mixed = itertools.cycle([*polls, *batches])
    result: dict[str, float] = {"requests": day}
    for name, count in (("first", day // 6), ("last", day - day // 6)):
        load.run(stack.port["inlay"], mixed, connections=CONNECTIONS, count=count)
        used = memory(tree(stack.pid["inlay"]))
        result |= {name: used.rss, f"{name}_pss": used.pss}
    result["grown"] = round(result["last"] - result["first"], 1)
    return result
