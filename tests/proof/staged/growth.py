"""What a node holds while it works: memory, descriptors, threads, and the rows of its tables, each with its reason."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from app.db import Database
from app.db.schema import audit, metadata
from bench.processes import memory, tree
from tests.proof.nodes import Process
from tests.proof.staged.mix import FIRST, LAUNCH, REVIEW, REVIEWED

SETTLED_S = 90.0


@dataclass(frozen=True, slots=True)
class Held:
    """Of all processes of a node together, at one moment."""

    at: float  # seconds from the load's beginning
    rss_mb: float
    pss_mb: float
    files: int  # descriptors but sockets
    sockets: int
    threads: int


def held(pid: int, at: float) -> Held:
    processes = tree(pid)
    used = memory(processes)
    files = sockets = threads = 0
    for each in processes:
        threads += len(list(Path(f"/proc/{each}/task").iterdir()))
        for link in Path(f"/proc/{each}/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                is_socket = str(link.readlink()).startswith("socket:")
                sockets, files = sockets + is_socket, files + (not is_socket)
    return Held(at, used.rss, used.pss, files, sockets, threads)


def rows(store: str) -> dict[str, int]:
    """How many rows each table has; the audit's by event, as `audit launch.accepted`."""
    with closing(Database(store)) as database, database.read() as conn:
        found = {
            table.name: int(conn.execute(select(func.count()).select_from(table)).scalar_one())
            for table in metadata.sorted_tables
            if table is not audit
        }
        told = conn.execute(select(audit.c.event, func.count()).group_by(audit.c.event))
        return found | {f"audit {event}": int(count) for event, count in told}


def settled(store: str) -> None:
    """Wait until what was left to do in the background is done."""
    until = time.monotonic() + SETTLED_S
    while (waiting := rows(store)["jobs"]) > LASTING:
        assert time.monotonic() < until, f"{waiting} jobs wait still"
        time.sleep(0.5)


def hits(node: Process) -> int:
    """How many answers its processes gave before Flask."""
    found = re.search(r'^inlay_cache_total\{level="ready",outcome="hit"\} (\S+)$', node.get("/metrics").text, re.M)
    return int(float(found[1])) if found else 0


class Reason(NamedTuple):
    """Why a table grows, and by how many rows at most when so many were answered in so many seconds."""

    why: str
    most: Callable[[Mapping[str, int], float], float]


LASTING = 12  # jobs that are always there: those that come back by themselves


def _opened(n: Mapping[str, int], _: float) -> float:
    return n[LAUNCH] + n[FIRST]


def _reviewed(n: Mapping[str, int], _: float) -> float:
    return n[REVIEW]


def _told(n: Mapping[str, int], seconds: float) -> float:
    return _opened(n, seconds) + _reviewed(n, seconds)


def _minutes(_: Mapping[str, int], seconds: float) -> float:
    return seconds / 60 + 3


_WRITTEN = "a new score and a new verdict are written to the host's record, which tells of that change"
REASONS: Mapping[str, Reason] = {
    "sessions": Reason("one for each launch; gone an hour after it ended", _opened),
    "used_launches": Reason("one for each launch; gone when no clock could take it again", _opened),
    "audit launch.accepted": Reason("each launch", _opened),
    "audit session.opened": Reason("each launch", _opened),
    "audit view.shown": Reason("the first time that a session is shown a decision", _told),
    "audit answer.given": Reason("a decision on a record that nobody had looked at", _opened),
    "scores": Reason("the same decisions", _opened),
    "audit review.given": Reason("each verdict", _reviewed),
    "audit review.undone": Reason("each that was taken back", _reviewed),
    "reviews": Reason("one for each card that somebody spoke of", lambda *_: REVIEWED),
    "feedback_threads": Reason("what the core is to be told of them, one for each decision", lambda *_: REVIEWED),
    "feedback_refusals": Reason("a core that takes no feedback, noted once", lambda *_: 1),
    "audit writeback.queued": Reason(_WRITTEN, _told),
    "audit writeback.written": Reason(_WRITTEN, _told),
    "audit event.accepted": Reason(_WRITTEN, _told),
    "write_backs": Reason("one for each record that is written", _opened),
    "changes": Reason(
        "verdicts, what was written of them, and new decisions, for other processes; cut at 100,000",
        lambda n, s: 3 * _told(n, s),
    ),
    "figures": Reason("each figure has a row for 5 minutes, an hour and a day", lambda _, s: 400 * (s // 300 + 2)),
    "active_viewers": Reason("one for each viewer of a day", _opened),
    "beats": Reason("each minute in which the node was ready", _minutes),
    "audit_seals": Reason("each five minutes, for each connection and family of events", lambda *_: 30),
    "audit_keys": Reason("the key that seals, once", lambda *_: 1),
    "jobs": Reason("what waits or runs at this moment", lambda *_: LASTING),
}


def because(name: str) -> str:
    return REASONS[name].why if name in REASONS else "?"


def unexplained(grown: Mapping[str, int], answered: Counter[str], seconds: float) -> list[str]:
    """The tables that grew without a reason, or by more than it explains."""
    return [
        f"{name}: {n}"
        for name, n in grown.items()
        if n > 0 and (name not in REASONS or n > REASONS[name].most(answered, seconds))
    ]
