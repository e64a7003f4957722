"""Another process on the same database, for the tests that prove what two processes may not both do."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator

from app.db import Database, leases
from app.db.epochs import announce
from app.db.jobs import claim
from app.db.single_use import consume


def _consume(database: Database, n: str) -> Iterator[str]:
    return (str(key) for key in range(int(n)) if consume(database, "crm", f"launch-{key}", 2e9, 1e9))


def _claim(database: Database, owner: str) -> Iterator[str]:
    while job := claim(database, ["work"], owner, lease_s=60, now=1000.0):
        yield str(job.payload["n"])


def _hold(database: Database, owner: str) -> Iterator[str]:
    job = claim(database, ["work"], owner, lease_s=60, now=1000.0)
    yield str(job and job.payload["n"])
    time.sleep(60)  # works until it is killed


def _announce(database: Database, n: str) -> Iterator[str]:
    for number in range(int(n)):
        with database.begin() as conn:
            yield str(announce(conn, "score", "crm", f"Lead/{number}"))
            time.sleep(0.001 * (number % 3))  # what was announced first is not committed first by chance


def _lease(database: Database, owner: str, n: str) -> Iterator[str]:
    """Gets each of 12 keys `n` times, wanting them in an order of its own; says how many it got at each try."""
    left = {str(key): int(n) for key in random.sample(range(12), 12)}
    while left:
        with database.begin() as conn:
            mine = leases.take(conn, dict.fromkeys(random.sample([*left], len(left)), 0), owner, 1000.0, 1e9)
        with database.begin() as conn:
            leases.settle(conn, owner, random.sample([*mine], len(mine)))
        left = {key: times - (key in mine) for key, times in left.items() if times > (key in mine)}
        yield str(len(mine))


def _upgrade(database: Database) -> Iterator[str]:
    from app.db.migrations import upgrade  # the others start without Alembic

    upgrade(database)
    yield "upgraded"


if __name__ == "__main__":
    url, what, *arguments = sys.argv[1:]
    work = {
        "consume": _consume,
        "claim": _claim,
        "hold": _hold,
        "announce": _announce,
        "upgrade": _upgrade,
        "lease": _lease,
    }[what]
    here = Database(url)
    print("ready", flush=True)
    sys.stdin.readline()
    for line in work(here, *arguments):  # type: ignore[operator]
        print(line, flush=True)
    here.close()
