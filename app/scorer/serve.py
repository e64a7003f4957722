"""Starts the core under granian: claims its port, tells when it is ready, hands it to workers."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from app.scorer.contract.loader import load_playbooks
from app.scorer.feedback import Feedback
from app.scorer.http import create_core
from app.scorer.loader import load_folder

SHORTEST_KEY = 16
READY_WITHIN_S = 30.0


class StartRefused(Exception):
    """The core cannot start like this; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve; `workers` are processes, `threads` those of each."""

    bind: str
    port: int
    scorecards: Path
    playbooks: tuple[Path, ...] = ()
    api_key_file: Path | None = None
    workers: int = 1
    threads: int = 4
    feedback: Path | None = None


def read_keys(path: Path | None) -> tuple[str, ...]:
    """One key a line; two while one is being replaced by the other. No file: no key is asked for."""
    if path is None:
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"{path}: the key file cannot be read ({type(error).__name__}).") from None
    keys = tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
    if not keys:
        raise StartRefused(f"{path}: holds no key. Write one a line, or leave --api-key-file out.")
    if min(map(len, keys)) < SHORTEST_KEY:
        raise StartRefused(f"{path}: a key is shorter than {SHORTEST_KEY} characters. Make a longer one at random.")
    return keys


def load_core(options: Options) -> Flask:
    """What every worker process runs."""
    return create_core(
        load_folder(options.scorecards),
        read_keys(options.api_key_file),
        playbooks=load_playbooks(options.playbooks),
        feedback=_feedback(options.feedback),
        in_jobs=options.workers == 1,
    )


def _feedback(path: Path | None) -> Feedback | None:
    try:
        return Feedback(path) if path else None
    except (OSError, sqlite3.Error) as error:
        raise StartRefused(f"{path}: feedback cannot be kept there ({type(error).__name__}).") from None


def serve(options: Options, say: Callable[[str], None]) -> None:
    """Serves until it is told to stop. `say` gets one line of JSON once requests are answered."""
    load_core(options)  # refuse here, with words, rather than in a worker
    held, port = claim_port(options.bind, options.port)
    server = Granian(
        "app.scorer",
        address=options.bind,
        port=port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=options.threads,
        websockets=False,
        log_level=LogLevels.warning,
    )
    server.on_startup(lambda: _announce_later(options.bind, port, say))
    with held:
        server.serve(target_loader=partial(load_core, options), wrap_loader=False)


def claim_port(bind: str, port: int) -> tuple[socket.socket, int]:
    """A port that is ours alone (0: any free one).

    Each worker listens with SO_REUSEPORT, so a second server on the same port would silently share its
    requests. So we bind without it first, which fails beside a listening neighbour; then we hold the
    port, not listening, while the workers come.
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((bind, port))
            port = probe.getsockname()[1]
        held = socket.socket(family, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((bind, port))
    except OSError as error:
        raise StartRefused(f"{bind}:{port}: cannot listen there ({error.strerror}). Choose another --port.") from None
    return held, port


def _announce_later(bind: str, port: int, say: Callable[[str], None]) -> None:
    """In a process, not in a thread: granian forks next, and a fork beside a thread can inherit its locks."""
    multiprocessing.Process(target=_announce, args=(bind, port, say), daemon=True).start()


def _announce(bind: str, port: int, say: Callable[[str], None]) -> None:
    for number in (
        signal.SIGTERM,
        signal.SIGINT,
    ):  # the server's own handlers would keep us from ending with it
        signal.signal(number, signal.SIG_DFL)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104 - compared, not bound
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until:
        if _answers(host, port):
            say(json.dumps({"core": url}))
            return
        time.sleep(0.02)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
