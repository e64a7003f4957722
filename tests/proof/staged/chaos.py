"""A fault under a load: what everybody is told while it lasts, what the audit says of it, and how soon all is well."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sqlalchemy import select

from app.db import Database
from app.db.schema import audit, refused_framings
from tests.proof.staged import mix
from tests.proof.staged.core import CoreProcess
from tests.proof.staged.growth import rows
from tests.proof.staged.load import Load, Seen, quantile
from tests.proof.staged.mix import Mix
from tests.proof.staged.whole import Whole, whole
from tests.services import Service, private_postgres, private_redis

# BACK_S: until all must be as it was; the breaker of a core cools down for ten seconds
BEFORE_S, FAULT_S, BACK_S, AFTER_S = 4.0, 10.0, 14.0, 5.0
P95_MS = 200.0
WARM_RATE, WARM_S = 50.0, 10.0


@dataclass
class Stage:
    """Two nodes and a worker on PostgreSQL and Redis, with all hosts, and a core that does as it is told."""

    whole: Whole
    core: CoreProcess
    store: Service
    redis: Service
    lines: list[tuple[str, ...]] = field(default_factory=list)  # of the table of faults
    tried: list[tuple[str, ...]] = field(default_factory=list)  # of that of what must not work
    _began: int = 0

    def mixed(self, **turns: Sequence[str]) -> Mix:
        """Somebody's panels, all of which show, on both nodes; whoever comes new looks at what nobody has seen."""
        made = Mix(self.whole, viewers=4, each=20, reviewed=10, anew=True, first=self._began, **turns)
        self._began += 500
        made.begin()
        return made

    def audited(self) -> Counter[str]:
        found = rows(self.store.url).items()
        return Counter({name.removeprefix("audit "): n for name, n in found if name.startswith("audit ")})

    def reasons(self) -> Counter[tuple[str, str]]:
        """The audit's refusals by event and reason."""
        c = audit.c
        with closing(Database(self.store.url)) as database, database.read() as conn:
            told = conn.execute(select(c.event, c.reason).where(c.event.like("%.refused")))
            return Counter((row.event, row.reason) for row in told)

    def frames_that_tried(self) -> list[str]:
        with closing(Database(self.store.url)) as database, database.read() as conn:
            return list(conn.execute(select(refused_framings.c.origin)).scalars())


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Scores are fresh for five seconds only, so that core, hosts, database and worker all have work to do."""
    core = CoreProcess()
    try:
        with (
            private_postgres() as store,
            private_redis() as redis,
            whole(
                folder, store.url, redis.url, nodes=2, workers=1, scores=core.url, ttl="5s", extra=["worker"]
            ) as made,
        ):
            ready = Stage(made, core, store, redis)
            warm = ready.mixed()
            Load(warm.asks(), WARM_RATE, WARM_S, warm.heard).run()  # the first requests of a process are its slowest
            yield ready
    finally:
        core.kill()


@dataclass(frozen=True)
class Seens:
    """What became of what was due before the fault, while it lasted, and once all must be well again."""

    before: list[Seen]
    during: list[Seen]
    after: list[Seen]
    audited: Counter[str]  # rows since the fault began
    back_s: float  # from the fault's end to the last answer that was not as ever


def under_load(
    stage: Stage,
    begin: Callable[[], object],
    end: Callable[[], object],
    rate: float,
    fault_s: float = FAULT_S,
    **turns: Sequence[str],
) -> Seens:
    """The load goes on all the while: it is there before, and after. `turns`: what it is made of."""
    asked = stage.mixed(**turns)
    load = Load(asked.asks(), rate, BEFORE_S + fault_s + BACK_S + AFTER_S, asked.heard)
    clients = threading.Thread(target=load.run)
    clients.start()
    time.sleep(BEFORE_S)
    known = stage.audited()
    began = time.monotonic() - load.began
    try:
        begin()
        time.sleep(fault_s)
    finally:
        end()  # whatever comes next needs it well again
    ended = time.monotonic() - load.began
    clients.join()
    late = [each for each in load.seen if each.at >= ended]
    bad = [each.at + each.took_s for each in late if not well(each)]
    return Seens(
        [each for each in load.seen if each.at < began],
        [each for each in load.seen if began <= each.at < ended],
        [each for each in late if each.at >= ended + BACK_S],
        stage.audited() - known,
        max(bad) - ended if bad else 0.0,
    )


def well(seen: Seen) -> bool:
    """Whether it is an answer as on any day."""
    if seen.status != 200:
        return False
    return seen.state in ("ready", "stale") if seen.kind in (mix.BADGE, mix.BOX) else seen.state != "unavailable"


def told(seen: list[Seen], *kinds: str) -> Counter[tuple[int, str]]:
    return Counter((each.status, each.state) for each in seen if each.kind in kinds)


def panels_go_on(seen: list[Seen]) -> None:
    """Each panel that shows goes on showing its number, and almost all of them quickly."""
    shown = [each for each in seen if each.kind in mix.SHOWN]
    assert told(shown, mix.BADGE, mix.BOX).keys() <= {(200, "ready"), (200, "stale")}, told(shown, *mix.SHOWN)
    assert told(shown, mix.BATCH).keys() == {(200, "")}, told(shown, mix.BATCH)
    assert quantile(shown, 0.95) < P95_MS


def all_is_well(seen: list[Seen]) -> None:
    panels_go_on(seen)
    assert all(each.status == 200 for each in seen), Counter((each.kind, each.status) for each in seen)


def firsts_are(seen: list[Seen], *states: str) -> None:
    """First looks are answered, and tell one of these states."""
    found = told(seen, mix.FIRST)
    assert found, "nobody looked"
    assert found.keys() <= {(200, state) for state in states}, found


def refused_politely(seen: list[Seen], *kinds: str) -> None:
    """Who cannot be served is told when to come back."""
    asked = [each for each in seen if each.kind in kinds]
    refused = [each for each in asked if each.status == 503]
    assert len(refused) >= 0.9 * len(asked), told(asked, *kinds)
    assert all(float(each.headers["retry-after"]) <= 5 for each in refused)
    assert all(each.status in {200, 503} for each in asked), told(asked, *kinds)


def _taking(port: int, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    """A server on a port whose owner was killed a moment ago."""
    until = time.monotonic() + 5.0
    while True:
        try:
            return ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


class Impostor:
    """In a host's place: answers everything with this status, and counts what it was asked."""

    def __init__(self, port: int, status: int, headers: Mapping[str, str]) -> None:
        self.calls = calls = list[float]()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                calls.append(time.monotonic())
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(status)
                body = json.dumps([{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "no"}]).encode()
                for name, value in {"Content-Type": "application/json", "Content-Length": len(body), **headers}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PATCH = do_GET  # noqa: N815 as the standard library names them

            def log_message(self, *_: object) -> None: ...

        self._server = _taking(port, Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
