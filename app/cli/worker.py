"""`inlay worker`: background jobs in processes of their own, any number of them on any number of machines."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType

import click

from app.application import build
from app.cli._config import CONFIG, load, opened, upgraded, words
from app.cli._status import Status, answering
from app.config import Settings
from app.metrics import Metrics
from app.net.ports import is_free
from app.node import Node, end_with_parent
from app.reloader import Reloader

FINISH_S = 20.0  # for the jobs at hand; orchestrators kill after 30 s
_GRACE_S = 5.0  # beyond it, until a process of ours is killed
_PAUSE_S = 1.0  # before a process that ended by itself is started again
_spawn = multiprocessing.get_context("spawn")


@click.command()
@CONFIG
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="So many processes.")
@click.option(
    "--finish",
    "finish_s",
    type=click.FloatRange(0, 3600),
    default=FINISH_S,
    show_default=True,
    help="Seconds that jobs at hand have to finish, once it is told to end.",
)
@click.option(
    "--metrics-port", "port", type=click.IntRange(0, 65535), default=0,
    help="Answer /metrics and /healthz, of all processes, on this port of [server] bind; without it: nowhere.",
)  # fmt: skip
def worker(path: Path, processes: int, finish_s: float, port: int) -> None:
    """Run background jobs until SIGTERM or Ctrl-C; then finish those at hand, and begin no more.

    What is cut off (by a kill, or after --finish) is taken up by another worker 15 seconds later. Servers run jobs
    too, unless their [server] jobs is false. What `inlay reload` publishes is taken over as servers do.
    """
    settings = load(path)
    upgraded(settings)
    with words():  # what is wrong is said once, and not by process after process
        build(settings)[0].close()
    asked = _until_told()
    if port and not is_free(settings.server.bind, port):
        click.echo(f"{settings.server.bind}:{port} is taken, or not ours. Choose another --metrics-port.", err=True)
        sys.exit(1)
    with tempfile.TemporaryDirectory(prefix="inlay-worker-") as folder:
        node = Node(Path(folder))
        if processes == 1:
            with words():
                reloader = Reloader(path, node, works=True)
            click.echo(f"Working on jobs, process {os.getpid()}.")
            with _seen(settings, reloader.metrics, node.alive, 1, port):
                finished = work(reloader, asked, finish_s)
        else:
            with _seen(settings, Metrics(node), lambda: node.alive() - 1, processes, port):  # this one does not work
                finished = _watch(partial(_child, path, Path(folder), finish_s), processes, finish_s, asked)
    if not finished:
        os._exit(1)  # its threads would be waited for: the jobs are another's when their leases end


def work(reloader: Reloader, asked: threading.Event, finish_s: float) -> bool:
    """Run jobs until `asked` to end; whether those at hand were finished in time."""
    asked.wait()
    finished = reloader.finish(finish_s)
    if finished:
        reloader.close()
    return finished


@contextmanager
def _seen(settings: Settings, metrics: Metrics, alive: Callable[[], int], wanted: int, port: int) -> Iterator[None]:
    """Answers machines that ask how it goes, where there is a port for it."""
    if not port:
        yield
        return
    with opened(settings) as database, answering(Status(metrics, database, alive, wanted), settings.server.bind, port):
        yield


def _child(path: Path, folder: Path, finish_s: float) -> None:
    asked = _until_told()
    end_with_parent()
    with words():
        reloader = Reloader(path, Node(folder), works=True)
    if not work(reloader, asked, finish_s):
        os._exit(1)


def _until_told() -> threading.Event:
    """Set by SIGTERM and by Ctrl-C."""
    asked = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        asked.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return asked


def _watch(child: Callable[[], None], processes: int, finish_s: float, asked: threading.Event) -> bool:
    """Keep so many processes running, and end them all in the end; whether none had to be cut off."""

    def start() -> SpawnProcess:
        process = _spawn.Process(target=child)
        process.start()
        return process

    running = [start() for _ in range(processes)]
    click.echo(f"Working on jobs, processes {', '.join(str(each.pid) for each in running)}.")
    while not asked.wait(_PAUSE_S):
        running = [each if each.is_alive() else _again(each, start) for each in running]
    for each in running:
        each.terminate()
    ends = time.monotonic() + finish_s + _GRACE_S
    for each in running:
        each.join(max(0.0, ends - time.monotonic()))
        if each.is_alive():
            each.kill()
            each.join()
    return all(each.exitcode == 0 for each in running)


def _again(ended: SpawnProcess, start: Callable[[], SpawnProcess]) -> SpawnProcess:
    click.echo(f"Process {ended.pid} ended with {ended.exitcode}; another takes its place.", err=True)
    return start()
