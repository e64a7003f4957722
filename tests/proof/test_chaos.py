"""Faults under a steady load, on two nodes and a worker: what shows goes on, what is new is told so, all comes back.

`INLAY_PROOF_RATE` is the load in requests a second, 200 unless it is set; one in twenty is a first view of a new
record by a new viewer. Requests are due at their times, whatever became of those before, and timed from then.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.proof import nodes
from tests.proof.core import CoreProcess
from tests.proof.load import Ask, Load, Seen, quantile
from tests.proof.nodes import Process, serving
from tests.services import Service, private_postgres, private_redis

pytestmark = pytest.mark.proof
RATE = float(os.environ.get("INLAY_PROOF_RATE", "200"))
# BACK_S: until all must be as it was; the breaker of a core cools down for ten seconds
BEFORE_S, FAULT_S, BACK_S, AFTER_S = 4.0, 10.0, 14.0, 5.0
RECORDS, VIEWERS = [f"Lead/{number}" for number in range(20)], 5
P95_MS = 200.0
FIRSTS = itertools.count()


@dataclass(frozen=True)
class Stage:
    servers: list[Process]
    core: CoreProcess
    store: Service
    redis: Service
    tokens: list[str] = field(default_factory=list)

    def asks(self, firsts: int = 20) -> Iterator[Ask]:
        """Panels that show, on both nodes in turn; one request in `firsts` is a first view."""
        for number in itertools.count():
            node = self.servers[number % 2]
            if number % firsts == firsts - 1:
                new = next(FIRSTS)
                yield nodes.first(node, f"new-{new}", [f"Lead/new-{new}"])
            else:
                token, record = self.tokens[number % VIEWERS], RECORDS[number // VIEWERS % len(RECORDS)]
                yield nodes.look(node, token, record)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Scores are fresh for five seconds only, so that the core, the database and the worker have all work to do."""
    core, folder = CoreProcess(), tmp_path_factory.mktemp("stage")
    try:
        with (
            private_postgres() as store,
            private_redis() as redis,
            serving(folder, store.url, core.url, nodes=2, redis=redis.url, ttl="5s", extra=("worker",)) as running,
        ):
            yield Stage(running, core, store, redis)
    finally:
        core.kill()


@pytest.fixture(autouse=True)
def showing(stage: Stage) -> Iterator[None]:
    """All panels show before, and no process of ours has ended after."""
    processes = [node.workers() for node in stage.servers[:2]]
    stage.tokens[:] = [nodes.session(stage.servers[n % 2], f"viewer-{n}", RECORDS) for n in range(VIEWERS)]
    for node in stage.servers[:2]:
        for token, record in itertools.product(stage.tokens, RECORDS):
            assert nodes.ready(node, token, record).headers["Inlay-State"] in {"ready", "stale"}
    yield
    assert [node.workers() for node in stage.servers[:2]] == processes
    assert all(process.popen.poll() is None for process in stage.servers)


@dataclass(frozen=True)
class Seens:
    """What became of the requests that were due while the fault lasted, and once all must be well again."""

    during: list[Seen]
    after: list[Seen]


def under_load(
    stage: Stage,
    begin: Callable[[], None],
    end: Callable[[], None],
    firsts: int = 20,
    fault_s: float = FAULT_S,
    rate: float = RATE,
) -> Seens:
    load = Load(stage.asks(firsts), rate, BEFORE_S + fault_s + BACK_S + AFTER_S)
    clients = threading.Thread(target=load.run)
    clients.start()
    time.sleep(BEFORE_S)
    begin()
    began = time.monotonic() - load.began
    time.sleep(fault_s)
    end()
    ended = time.monotonic() - load.began
    clients.join()
    before = [each for each in load.seen if each.kind == "panel" and each.at < began]
    print(f"\nbefore: p95 {quantile(before, 0.95):.0f} ms; load average {os.getloadavg()[0]:.1f}", end="")
    during = [each for each in load.seen if began <= each.at < ended]
    after = [each for each in load.seen if each.at >= ended + BACK_S]
    return Seens(during, after)


def panels_go_on(seen: list[Seen]) -> None:
    """Each panel shows its number, and almost all of them as quickly as ever."""
    panels = [each for each in seen if each.kind == "panel"]
    told = Counter((each.status, each.state) for each in panels)
    p95 = quantile(panels, 0.95)
    print(f"\n{len(panels)} looks: {dict(told)}, p50 {quantile(panels, 0.5):.0f} ms, p95 {p95:.0f} ms")
    assert told.keys() <= {(200, "ready"), (200, "stale")}, told
    assert p95 < P95_MS


def firsts_are(seen: list[Seen], *states: str) -> None:
    """First views are answered, and tell one of these states."""
    told: Counter[str] = Counter()
    for each in seen:
        if each.kind == "first":
            assert each.status == 200, (each.status, each.body)
            [fragment] = json.loads(each.body)["fragments"]
            told[fragment["state"]] += 1
    assert told
    assert told.keys() <= set(states), told


def all_is_well(seen: list[Seen]) -> None:
    panels_go_on(seen)
    firsts_are(seen, "ready", "pending")


def test_the_core_is_killed(stage: Stage) -> None:
    seens = under_load(stage, stage.core.kill, stage.core.start)
    panels_go_on(seens.during)
    firsts_are(seens.during, "ready", "pending", "unavailable")  # ready: its answer was on its way
    all_is_well(seens.after)


@pytest.mark.parametrize("behaviour", ["slow", "garbage"])
def test_the_core_is_slow_or_talks_nonsense(stage: Stage, behaviour: str) -> None:
    seens = under_load(stage, lambda: stage.core.behave(behaviour), lambda: stage.core.behave("well"))
    panels_go_on(seens.during)
    firsts_are(seens.during, "ready", "pending", "unavailable")  # ready: its answer was on its way
    all_is_well(seens.after)


def test_a_slow_core_takes_no_thread_from_what_is_in_memory(stage: Stage) -> None:
    """One request in six asks for what only the core knows; the others are answered as if nothing were.

    At half the rate: so many first views fill two cores by themselves at the full one, without any fault.
    """
    begin, end = lambda: stage.core.behave("slow"), lambda: stage.core.behave("well")
    slow = under_load(stage, begin, end, firsts=6, fault_s=5.0, rate=RATE / 2)
    panels_go_on(slow.during)


def test_redis_is_killed_and_comes_back(stage: Stage) -> None:
    seens = under_load(stage, stage.redis.kill, stage.redis.start)
    all_is_well(seens.during)
    all_is_well(seens.after)


def test_redis_hangs(stage: Stage) -> None:
    seens = under_load(stage, stage.redis.pause, stage.redis.go_on)
    all_is_well(seens.during)
    all_is_well(seens.after)


@pytest.mark.parametrize("away", ["killed", "hanging"])
def test_the_database_is_away(stage: Stage, away: str) -> None:
    store = stage.store
    begin, end = (store.kill, store.start) if away == "killed" else (store.pause, store.go_on)
    seens = under_load(stage, begin, end)
    panels_go_on(seens.during)
    firsts = [each for each in seens.during if each.kind == "first"]
    refused = [each for each in firsts if each.status == 503]
    assert len(refused) >= 0.9 * len(firsts), Counter(each.status for each in firsts)
    for each in refused:  # politely: when to come back, and a sentence
        assert float(each.headers["retry-after"]) <= 5
        assert "Try again" in json.loads(each.body)["error_description"]
    assert all(each.status in {200, 503} for each in firsts)
    all_is_well(seens.after)
