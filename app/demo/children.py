"""The demo's processes: started together, watched, and ended together."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import requests

_GRACE_S = 4.0
_TAIL_LINES = 12


class ChildEndedError(Exception):
    """A process ended by itself; the message holds its last lines."""


class Child:
    """One process in a group of its own: a Ctrl-C reaches it through us, and its workers end with it."""

    def __init__(self, name: str, command: Sequence[str], log: Path, health: str, *, may_stop: bool = False) -> None:
        self.name, self.log, self.health, self.may_stop = name, log, health, may_stop
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process's number, by which its children are found too."""
        return self._process.pid

    def check(self) -> None:
        """Raises ChildEndedError when the process is gone."""
        code = self._process.poll()
        if code is None:
            return
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:]
        words = "\n".join(f"    {line}" for line in lines) or "    (it wrote nothing)"
        raise ChildEndedError(f"{self.name} has ended (code {code}). Its last lines, from {self.log}:\n{words}")

    def was_stopped(self) -> bool:
        """Somebody asked it to end, as people do to see what happens."""
        return self._process.poll() in {0, -signal.SIGTERM, -signal.SIGINT}

    def wait_ready(self, http: requests.Session, until: float) -> None:
        """Wait until it answers. Raises ChildEndedError when it ends, or takes too long."""
        while time.monotonic() < until:
            self.check()
            try:
                if http.get(self.health, timeout=1).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.03)
        raise ChildEndedError(f"{self.name} does not answer at {self.health}. Its log is {self.log}.")

    def end(self) -> None:
        """Ask it to end."""
        if self._process.poll() is None:
            self._process.terminate()

    def reap(self, until: float) -> None:
        """Wait for its end, then end by force whatever is left of its group."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, until - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Children:
    """All of them; ends them all when left, whatever the reason."""

    def __init__(self) -> None:
        self._all: list[Child] = []
        self.http = requests.Session()
        self.http.trust_env = False

    def __enter__(self) -> Children:
        return self

    def __exit__(self, *_: object) -> None:
        """End them all. A second Ctrl-C, of one who waits no longer, must not leave half of them running."""
        before = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._end()
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _end(self) -> None:
        for child in self._all:
            child.end()
        until = time.monotonic() + _GRACE_S
        for child in self._all:
            child.reap(until)
        self.http.close()

    def __iter__(self) -> Iterator[Child]:
        return iter(self._all)

    def start(self, name: str, command: Sequence[str], log: Path, health: str, *, may_stop: bool = False) -> Child:
        """Start one. `health` is an address that answers once it is ready. If it `may_stop`, the demo outlives it."""
        child = Child(name, command, log, health, may_stop=may_stop)
        self._all.append(child)
        return child

    def watch(self, stopped: Callable[[Child], None]) -> None:
        """Until one ends, which raises ChildEndedError; that one which may stop was stopped is only told."""
        watched = list(self._all)
        while True:
            for child in list(watched):
                if child.may_stop and child.was_stopped():
                    watched.remove(child)
                    stopped(child)
                else:
                    child.check()
            time.sleep(0.2)
