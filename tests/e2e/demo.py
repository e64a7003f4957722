"""The demo as a person starts it: its processes, its pages, its database. Ended by pid, whatever happened."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

READY_WITHIN_S = 60
RECORD = re.compile(r'record="Lead/(\w{18})"')


@dataclass
class Demo:
    """One running demo. `spare` gives leads that no test has looked at yet."""

    process: subprocess.Popen[str]
    state: Path
    inlay: str
    crm: str
    core: str
    library: str
    preview: str
    admin: str

    def leads(self, viewer: str = "zoe", page: int = 1) -> list[str]:
        """Record ids in the order of the list, as this viewer sees it."""
        answer = requests.get(f"{self.crm}/leads", params={"as": viewer, "page": str(page)}, timeout=5)
        return re.findall(r'href="/lead/(\w+)"', answer.text)

    def lead(self, key: str, viewer: str = "zoe", form: str = "canvas") -> str:
        return f"{self.crm}/lead/{key}?as={viewer}&form={form}"

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Read Inlay's database beside the running server."""
        with closing(sqlite3.connect(f"file:{self.state / 'inlay.db'}?mode=ro", uri=True, timeout=5)) as file:
            file.row_factory = sqlite3.Row
            return file.execute(query, values).fetchall()

    def child(self, word: str) -> int:
        """The pid of the child whose command line holds this word; each leads a process group of its own."""
        for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            if word in Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " "):
                return int(pid)
        raise LookupError(f"The demo has no child {word}")

    @contextmanager
    def core_away(self) -> Iterator[None]:
        """Meanwhile the core accepts connections and says nothing: the worst way to be away."""
        group = self.child("inlay-core")
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def end(self) -> int:
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            if self.process.stdout:
                self.process.stdout.close()


def command(port: int, state: Path, *more: str) -> list[str]:
    inlay = Path(sys.executable).with_name("inlay")
    return [str(inlay), "demo", "--port", str(port), "--state", str(state), *more]


def start(state: Path, *more: str) -> Demo:
    """Start it on a free block of ports and wait for its first line, which a program can read."""
    errors = (state / "stderr").open("w+")
    with errors:
        process = subprocess.Popen(
            command(free_block(), state, *more), stdout=subprocess.PIPE, stderr=errors, text=True
        )
        late = threading.Timer(READY_WITHIN_S, process.kill)
        late.start()
        assert process.stdout
        line = process.stdout.readline()
        late.cancel()
        if not line:
            process.stdout.close()
            errors.seek(0)
            raise RuntimeError(f"The demo did not start (code {process.wait()}): {errors.read()}")
    try:
        return Demo(process, state, **json.loads(line))
    except BaseException:  # a line that we do not know, and processes that nobody would end
        process.terminate()
        raise


def free_block(width: int = 4) -> int:
    """So many free ports in a row, below those that the system hands out by itself."""
    chosen = random.Random(os.getpid() ^ time.monotonic_ns())
    for _ in range(200):
        first = chosen.randrange(10_000, 30_000)
        if all(_free(first + number) for number in range(width)):
            return first
    raise RuntimeError("No block of free ports was found.")


def answers(url: str) -> bool:
    """Whether anybody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 80)) == 0


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def concerns(url: str, demo: Demo) -> bool:
    """Whether a request goes to Inlay."""
    return urlsplit(url).netloc == urlsplit(demo.inlay).netloc
