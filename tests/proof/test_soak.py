"""A steady load for some minutes, embedded on SQLite and on PostgreSQL with Redis: it stays as quick as it was, and
nothing grows but what has a reason.

`INLAY_SOAK_S` is how long each of the two loads takes, four minutes unless it is set; `INLAY_PROOF_RATE` is how many
requests a second come, 150 unless it is set: load, servers, core and hosts share the machine.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.proof.staged.growth import Held, because, held, hits, rows, settled, unexplained
from tests.proof.staged.load import Load, Seen, quantile
from tests.proof.staged.mix import KINDS, SHOWN, Mix
from tests.proof.staged.tables import about, kept, markdown
from tests.proof.staged.whole import whole
from tests.services import private_postgres, private_redis

pytestmark = [pytest.mark.proof, pytest.mark.alone]
SECONDS = min(float(os.environ.get("INLAY_SOAK_S", "240")), 240.0)
RATE = float(os.environ.get("INLAY_PROOF_RATE", "150"))
SLICES, WARM_S = 6, 12.0  # the first load makes every process know every panel
P95_MS = 500.0  # of what is on screens, on a machine that is shared; alone it is a tenth of that
# Memory that all processes may add in the last half: what two of them keep of each launch, first look and review (a
# session, its answers and their markup, a card anew for each verdict; in memories that are bounded), and some more.
ACT_MB, PSS_MB = 0.032, 4.0
SPARE = 8  # descriptors and threads that come and go: a job at work, a document's parser
TABLES: list[str] = []


@contextmanager
def stored_on(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    """URLs of the database and of a Redis, which the embedded one has none of."""
    if kind == "embedded":
        yield f"sqlite:///{folder}/inlay.db", ""
    else:
        with private_postgres() as store, private_redis() as redis:
            yield store.url, redis.url


@pytest.mark.parametrize("kind", ["embedded", "PostgreSQL + Redis"])
def test_it_stays_as_it_is(tmp_path: Path, kind: str) -> None:
    with stored_on(kind, tmp_path) as (store, redis), whole(tmp_path, store, redis) as running:
        [node] = running.nodes
        asked = Mix(running)
        asked.begin()
        Load(asked.asks(), RATE, WARM_S, asked.heard).run()
        settled(store)
        before, known = rows(store), hits(node)
        load = Load(asked.asks(), RATE, SECONDS, asked.heard)
        clients = threading.Thread(target=load.run)
        clients.start()
        samples = list(_sampled(load, node.popen.pid))
        clients.join()
        remembered = hits(node) - known
        settled(store)
        after = rows(store)
    grown = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    answered = Counter(each.kind for each in load.seen if each.status == 200)
    TABLES.append(_written(kind, load.seen, samples, grown, remembered))
    kept("soak", "\n\n".join([about(RATE), *TABLES]))
    assert all(each.status == 200 for each in load.seen), Counter((each.kind, each.status) for each in load.seen)
    assert unexplained(grown, answered, SECONDS) == []
    for number in range(SLICES):
        assert quantile([each for each in _slice(load.seen, number) if each.kind in SHOWN], 0.95) < P95_MS
    half, end = samples[SLICES // 2], samples[-1]
    acts = sum(each.kind not in SHOWN for each in load.seen if each.at >= SECONDS / 2)
    assert end.pss_mb - half.pss_mb < PSS_MB + ACT_MB * acts
    assert end.files - half.files < SPARE
    assert end.threads - half.threads < SPARE
    assert end.sockets - half.sockets < load.lines + SPARE


def _sampled(load: Load, pid: int) -> Iterator[Held]:
    while not load.began:
        time.sleep(0.01)
    for number in range(SLICES + 1):
        at = number * SECONDS / SLICES
        time.sleep(max(0.0, load.began + at - time.monotonic()))
        yield held(pid, at)


def _slice(seen: list[Seen], number: int) -> list[Seen]:
    begins, ends = (each * SECONDS / SLICES for each in (number, number + 1))
    return [each for each in seen if begins <= each.at < ends]


def _written(kind: str, seen: list[Seen], samples: list[Held], grown: dict[str, int], remembered: int) -> str:
    """How it was over time, what grew, and why."""
    head = ["until, s", *(f"{each}, p50 / p95 ms" for each in KINDS)]
    head += ["RSS MB", "PSS MB", "files", "sockets", "threads"]
    lines = []
    for number, sample in enumerate(samples[1:]):
        times = []
        for each in KINDS:
            part = [one for one in _slice(seen, number) if one.kind == each]
            times.append(f"{quantile(part, 0.5):.0f} / {quantile(part, 0.95):.0f}" if part else "-")
        held_now = (sample.rss_mb, sample.pss_mb, sample.files, sample.sockets, sample.threads)
        lines.append([f"{sample.at:.0f}", *times, *held_now])
    told = Counter(each.kind for each in seen)
    asked = ", ".join(f"{told[each]} {each}" for each in KINDS)
    polls = sum(told[each] for each in SHOWN)
    share = f"{remembered / polls:.0%} of what is on screens was answered before Flask." if polls else ""
    explained = markdown(
        ("rows", "grew by", "because"), [(name, n, because(name)) for name, n in sorted(grown.items())]
    )
    return f"### {kind}\n\n{asked}. {share}\n\n{markdown(head, lines)}\n\n{explained}"
