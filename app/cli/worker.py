"""`inlay worker`: background jobs in processes of their own, any number of them on any number of machines."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType

import click

from app.application import begin_jobs, build
from app.cli._config import CONFIG, load, upgraded, words
from app.config import Settings
from app.errors import StoreUnavailable

FINISH_S = 20.0  # for the jobs at hand; orchestrators kill after 30 s
_GRACE_S = 5.0  # beyond it, until a process of ours is killed
_PAUSE_S = 1.0  # before a process that ended by itself is started again
_spawn = multiprocessing.get_context("spawn")


@click.command()
@CONFIG
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="So many processes.")
@click.option(
    "--finish", "finish_s", type=click.FloatRange(0, 3600), default=FINISH_S, show_default=True,
    help="Seconds that jobs at hand have to finish, once it is told to end.",
)  # fmt: skip
def worker(path: Path, processes: int, finish_s: float) -> None:
    """Run background jobs until SIGTERM or Ctrl-C; then finish those at hand, and begin no more.

    What is cut off (by a kill, or after --finish) is taken up by another worker 15 seconds later. Servers run jobs
    too, unless their [server] jobs is false.
    """
    settings = load(path)
    upgraded(settings)
    with words():  # what is wrong is said once, and not by process after process
        build(settings)[0].close()
    asked = _until_told()
    if processes == 1:
        click.echo(f"Working on jobs, process {os.getpid()}.")
        sys.exit(0 if work(settings, asked, finish_s) else 1)
    _watch(path, processes, finish_s, asked)


def work(settings: Settings, asked: threading.Event, finish_s: float) -> bool:
    """Run jobs until `asked` to end; whether those at hand were finished in time."""
    built, runner = build(settings)
    with suppress(StoreUnavailable):  # then it is begun by the next process that finds it
        begin_jobs(built)
    runner.start()
    asked.wait()
    finished = runner.stop(finish_s)
    if not finished:
        os._exit(1)  # its threads would be waited for: the jobs are another's when their leases end
    built.close()
    return finished


def _child(path: Path, finish_s: float) -> None:
    asked = _until_told()
    with words():
        sys.exit(0 if work(Settings.load(path), asked, finish_s) else 1)


def _until_told() -> threading.Event:
    """Set by SIGTERM and by Ctrl-C."""
    asked = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        asked.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return asked


def _watch(path: Path, processes: int, finish_s: float, asked: threading.Event) -> None:
    """Keep so many processes running; end them all in the end. Exit code 1: one had to be cut off."""

    def start() -> SpawnProcess:
        process = _spawn.Process(target=_child, args=(path, finish_s))
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
    sys.exit(int(any(each.exitcode != 0 for each in running)))


def _again(ended: SpawnProcess, start: Callable[[], SpawnProcess]) -> SpawnProcess:
    click.echo(f"Process {ended.pid} ended with {ended.exitcode}; another takes its place.", err=True)
    return start()
