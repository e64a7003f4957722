"""The application of the configuration that holds now: a new revision swaps it whole, and requests at hand keep theirs.

Every process does this by itself, a worker without requests too, within a second or two of a revision's announcement.
A revision that cannot be built here (a secret that is missing on this machine) changes nothing here, and the audit
says so.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from app.application import begin_jobs, build, create_app
from app.audit.log import AuditLog
from app.config import Settings
from app.db import Database
from app.db.epochs import EVERYTHING, Announcement
from app.errors import InlayError, StoreUnavailable
from app.jobs import Runner
from app.metrics import Metrics
from app.node import Node, end_with_parent
from app.revisions import KIND, Revision, Revisions
from app.web.parts import Parts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_log = logging.getLogger("inlay")
FINISH_S = 15.0  # that requests at hand may still use the parts of before


@dataclass(frozen=True, slots=True)
class _Running:
    revision: Revision
    parts: Parts
    runner: Runner
    app: Flask


class Reloader:
    """One process' application. Call it as WSGI does."""

    def __init__(self, config: Path, node: Node, *, works: bool = False) -> None:
        """It `works` on jobs in any case, or else where `[server] jobs` says so.

        Raises ConfigError, StoreUnavailable.
        """
        self._config, self._node, self.metrics = config, node, Metrics(node)
        self._works = works
        self._news, self._ended = threading.Event(), threading.Event()
        text = config.read_text(encoding="utf-8")
        self._now = self._started(_first(text, config))
        _set_apart()
        node.when_draining(self._stop_jobs)
        threading.Thread(target=self._follow, name="revisions", daemon=True).start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._now.app.wsgi_app(environ, start_response)  # what Flask would call, a call less

    def _stop_jobs(self) -> None:
        self._now.runner.stop()

    def finish(self, within_s: float) -> bool:
        """Begin no more jobs, take over no more revisions; whether the jobs at hand ended in time."""
        self._ended.set()
        self._news.set()
        return self._now.runner.stop(within_s)

    def close(self) -> None:
        """End the thread that waits for revisions, and give everything back."""
        self._ended.set()
        self._news.set()
        self._now.parts.close()

    def _started(self, revision: Revision) -> _Running:
        """All parts of a configuration, at work. Raises ConfigError, StoreUnavailable."""
        settings = Settings.parse(revision.text, str(self._config), self._config.resolve().parent)
        parts, runner = build(settings, node=self._node, metrics=self.metrics)
        parts.epochs.subscribe(self._hear)
        parts.epochs.follow()
        with suppress(StoreUnavailable):  # then it is begun by the next worker that finds it
            begin_jobs(parts)
        if self._works or settings.server.jobs:
            runner.start()
        parts.figures.start()
        return _Running(revision, parts, runner, create_app(parts))

    def _hear(self, news: Announcement) -> None:
        if news.kind in (KIND, EVERYTHING):
            self._news.set()

    def _follow(self) -> None:
        while self._news.wait() and not self._ended.is_set():
            self._news.clear()
            try:
                self._take_over()
            except StoreUnavailable:
                self._ended.wait(1.0)
                self._news.set()
            except Exception as error:  # noqa: BLE001 a bug must not keep this process from the next revision
                _log.error("bug in taking over a revision: %s", type(error).__name__)  # no message: it may hold secrets

    def _take_over(self) -> None:
        newest = self._now.parts.revisions.newest()
        if newest is None or newest.number == self._now.revision.number:
            return
        try:
            new = self._started(newest)
        except StoreUnavailable:
            raise
        except InlayError as error:
            self._refuse(newest, error)
            return
        before, self._now = self._now, new
        # beside: the next revision may come before the last request of this one is answered
        threading.Thread(target=self._let_go, args=(before,), name="revision-end", daemon=True).start()

    def _let_go(self, before: _Running) -> None:
        before.runner.stop()
        self._ended.wait(FINISH_S)
        before.parts.close()
        del before
        gc.unfreeze()  # it is among what was set apart
        _set_apart()

    def _refuse(self, revision: Revision, error: InlayError) -> None:
        facts = {"admin": revision.by, "revision": revision.number}
        self._now.parts.audit.write("configuration.refused", reason=error.reason, detail=facts)
        _log.error("revision %d is not taken over here: %s", revision.number, error)


def _set_apart() -> None:
    """What lives as long as the process does is not the garbage collector's any more.

    To go through all of it, as it does now and then, held every thread for a tenth of a second. What the process was
    forked with is set apart already, and stays in memory that it shares.
    """
    gc.collect()
    gc.freeze()


def _first(text: str, config: Path) -> Revision:
    """What this process begins with: its file, or what was published since the file was."""
    settings = Settings.parse(text, str(config), config.resolve().parent)
    database = Database(settings.store.url)
    try:
        audit = AuditLog(database, time.time, Metrics())
        return Revisions(database, audit, time.time).start_with(text, "start")
    finally:
        database.close()


def from_environment() -> Reloader:
    """For the server's workers: the configuration that `INLAY_CONFIG` names, on the node in the folder `INLAY_NODE`."""
    end_with_parent()
    made = Reloader(Path(os.environ["INLAY_CONFIG"]), Node(Path(os.environ["INLAY_NODE"])))
    Finalize(None, made.close, exitpriority=10)  # a worker ends as multiprocessing does, which knows no atexit
    return made
