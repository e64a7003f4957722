"""`python -m bench.steps`: what each step of an answer costs, in one process without a server around it.

The numbers are CPU time of the asking thread, the best of several rounds: what others take of the machine only adds
to it. Their sizes are this machine's; what a step is of the whole is not.
"""

from __future__ import annotations

import io
import itertools
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import event

from app.application import build, create_app
from app.config import Settings
from app.db.epochs import Announcement
from app.review.change import ANNOUNCED as REVIEWED
from app.web.memory.ready import Kept, key_of
from app.web.parts import Parts
from bench import documents
from bench.proofs import COMPONENT, FRAMED
from bench.report import table
from bench.rows import badge_of
from bench.stack import Stack, open_session, started

ROUNDS, EACH_S = 7, 0.1


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through every `with`: what was started is ended
    with tempfile.TemporaryDirectory(prefix="inlay-steps-") as folder, started(Path(folder), 1) as stack:
        parts, _ = build(Settings.load(Path(os.environ["BENCH_CONFIG"])))
        with closing(parts):
            parts.epochs.follow()
            app, road = create_app(parts).wsgi_app, create_app(parts, hot=False).wsgi_app
            sys.stdout.write(f"{_hot(parts, app, road, stack)}\n\n{_roads(parts, app, road, stack)}\n")
        with documents.sidebar(stack, Path(folder)) as asked:
            sys.stdout.write(f"\n{_sidebar(asked)}\n")
    return 0


def _hot(parts: Parts, app: Any, road: Any, stack: Stack) -> str:
    """The badge's and the batch's answers before Flask, step by step."""
    session = open_session(stack, stack.records[:1])
    many = open_session(stack, stack.records)
    asked = _badge(session)
    form = _form(many["access_token"], many["fragments"])
    rows = [*_steps(parts, app, "badge", asked, None), *_steps(parts, app, "batch of 200", _batch(form), form)]
    rows.append(("badge", "the same through Flask", _us(lambda: _answered(road, _badge(session)))))
    columns = {"answer": 0, "step": 1, "CPU µs": 2}
    return table(rows, {name: (lambda row, at=at: row[at]) for name, at in columns.items()})


def _steps(
    parts: Parts, app: Any, name: str, environ: dict[str, Any], form: bytes | None
) -> Iterator[tuple[str, str, str]]:
    def asked() -> dict[str, Any]:
        return environ if form is None else {**environ, "wsgi.input": io.BytesIO(form)}

    for _ in range(2):
        _answered(app, asked())
    key = key_of(environ, form)
    kept: Kept = parts.ready._kept[key]
    timed = parts.metrics.place("request_seconds", route="/components/<tag>")
    yield name, "all of it", _us(lambda: _answered(app, asked()))
    yield name, "digest of the proof, or of the form with it", _us(lambda: key_of(environ, form))
    yield name, "the look into the map", _us(lambda: parts.ready._kept[key])
    yield name, "epoch, clock", _us(lambda: (parts.epochs.current(), parts.clock()))
    yield name, "whether a session ended", _us(lambda: parts.sessions.turn is kept.turn)
    yield name, "rate limit", _us(lambda: parts.limits.admits(kept.window))
    yield name, "which form of it is sent", _us(lambda: kept.whole.sent(environ))
    yield name, "metrics", _us(lambda: parts.metrics.tick(kept.counters, timed, 0.0001))


def _roads(parts: Parts, app: Any, road: Any, stack: Stack) -> str:
    """Answers that news or a new question send along the road: how long, and how often they ask database and host."""
    session, many = open_session(stack, stack.records[:1]), open_session(stack, stack.records)
    mine, known = session["fragments"][0]["record"], _form(many["access_token"], many["fragments"])
    number = itertools.count()

    def after(news: str, asked: Any, ask: Callable[[], dict[str, Any]]) -> Callable[[], None]:
        def told_and_asked() -> None:
            _hear(parts, parts.sessions.load(session["access_token"]).connection, news)
            _answered(asked, ask())

        return told_and_asked

    def anew() -> None:
        form = known + b"&style=none-%d" % next(number)
        _answered(road, {**_batch(form), "wsgi.input": io.BytesIO(form)})

    def launch() -> None:
        body = urlencode({"signed_request": stack.signer.canvas(stack.records[0])}).encode()
        path = {"PATH_INFO": f"/launch/{FRAMED}", "QUERY_STRING": f"component={COMPONENT}"}
        _answered(road, {**_posted(body), **path, "wsgi.input": io.BytesIO(body)})

    roads: dict[str, Callable[[], None]] = {
        "badge, after news of another record": after("Lead/another", app, lambda: _badge(session)),
        "badge, after news of its record": after(mine, app, lambda: _badge(session)),
        "batch of 200, never asked before": anew,
        "batch of 200, after news of another record": after("Lead/another", app, lambda: _batch(known)),
        "batch of 200, after news of one of them": after(mine, app, lambda: _batch(known)),
        "launch (it asks the host once)": launch,
    }
    return _counted_rows(parts, roads)


def _sidebar(asked: documents.Sidebar) -> str:
    """A contract's, the same way. News of its library, whichever document it is about, sends it along the road."""
    path = {"PATH_INFO": f"/components/{documents.SIDEBAR}", "QUERY_STRING": urlencode({"record": asked.record})}
    environ = {**_environ("GET"), **path, "HTTP_AUTHORIZATION": f"Bearer {asked.token}", "HTTP_ORIGIN": asked.origin}
    app, road = asked.app.wsgi_app, asked.road.wsgi_app

    def after_news() -> None:
        _hear(asked.parts, documents.CONNECTION, "driveItem/another")
        _answered(road, environ)

    roads: dict[str, Callable[[], None]] = {
        "sidebar": lambda: _answered(app, environ),
        "sidebar, through Flask": lambda: _answered(road, environ),
        "sidebar, after news of its library": after_news,
    }
    return _counted_rows(asked.parts, roads)


def _counted_rows(parts: Parts, roads: Mapping[str, Callable[[], None]]) -> str:
    rows = []
    for name, ask in roads.items():
        ask()
        with _counted(parts) as found:
            ask()
        took = _us(ask)
        rows.append((name, took, sum(not _begins(each) for each in found), sum("IMMEDIATE" in each for each in found)))
    columns = {"answer": 0, "CPU µs": 1, "statements": 2, "of these transactions that write": 3}
    return table(rows, {name: (lambda row, at=at: row[at]) for name, at in columns.items()})


def _hear(parts: Parts, connection: str, record: str) -> None:
    """As if this process had just read that a verdict on this record was announced."""
    news = Announcement(parts.epochs.current() + 1, REVIEWED, connection, record)
    for tell in parts.epochs._subscribers:
        tell(news)
    parts.epochs._value = news.epoch


def _begins(statement: str) -> bool:
    return statement.startswith("BEGIN")


@contextmanager
def _counted(parts: Parts) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(parts.database.engine, "before_cursor_execute", note)
    yield found
    event.remove(parts.database.engine, "before_cursor_execute", note)


def _us(do: Callable[[], object]) -> str:
    """Microseconds of CPU that one takes, at best."""
    do()
    best = float("inf")
    for _ in range(ROUNDS):
        began, count = time.thread_time(), 0
        while (took := time.thread_time() - began) < EACH_S:
            for _ in range(10):
                do()
            count += 10
        best = min(best, took / count)
    return f"{best * 1e6:,.1f}"


def _answered(app: Any, environ: dict[str, Any]) -> None:
    said: list[str] = []

    def start(status: str, _headers: Any, *_: Any) -> None:
        said.append(status)

    for _ in app(dict(environ), start):
        pass
    if said != ["200 OK"]:
        raise RuntimeError(f"{environ['PATH_INFO']} was answered by {said}.")


def _badge(session: dict[str, Any]) -> dict[str, Any]:
    path, _, query = badge_of(session["fragments"][0]["record"]).partition("?")
    bearer = f"Bearer {session['access_token']}"
    return {**_environ("GET"), "PATH_INFO": path, "QUERY_STRING": query, "HTTP_AUTHORIZATION": bearer}


def _form(token: str, fragments: list[dict[str, str]]) -> bytes:
    items = [("item", f"{each['component']} {each['record']} -") for each in fragments]
    return urlencode([("token", token), *items]).encode()


def _batch(form: bytes) -> dict[str, Any]:
    return {**_posted(form), "PATH_INFO": "/components:batch", "QUERY_STRING": "", "wsgi.input": io.BytesIO(form)}


def _posted(body: bytes) -> dict[str, Any]:
    kind = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body))}
    return {**_environ("POST"), **kind}


def _environ(method: str) -> dict[str, Any]:
    """As the server makes it of a request of a browser's."""
    return {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "HTTP_ACCEPT": "*/*",
        "HTTP_ACCEPT_ENCODING": "gzip, deflate, br", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": True,
        "wsgi.run_once": False, "wsgi.input_terminated": True,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
