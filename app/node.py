"""A node: the processes of one server on one machine, and the folder in which each can see what the others say.

`<n>.cells` holds the numbers of a process as doubles, `<n>.rows` names them, `draining` is one byte. Files are mapped
into memory: a number that a process wrote is seen by all at once, and stays when it is killed. The next process takes
the files of a dead one over and counts on, so that nothing is lost and there are never more files than processes.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import mmap
import multiprocessing
import os
import signal
import threading
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

Row = tuple[str, ...]
DOUBLE = 8  # bytes; written and read as one, so that nobody sees half a number
CELLS = 131_072  # of a process: some thousand rows, where a node has a few hundred
SPARE = 64  # of these, where rows that find no place may write; no row is wider
NOWHERE = CELLS - SPARE  # where these begin
LOOK_EACH_S = 0.1
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


class Claim:
    """Held until it is let go."""

    def __init__(self, file: int | None) -> None:
        self._file = file

    def let_go(self) -> None:
        """Give it back; nothing where it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Node:
    """One process' view of its node. Without a folder it is a node of its own, and nothing is written."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._draining = _mapped(folder / "draining", 1) if folder else mmap.mmap(-1, 1)

    @property
    def is_draining(self) -> bool:
        """Whether the node is about to end: it still answers, but wants to be asked no more."""
        return bool(self._draining[0])

    def drain(self) -> None:
        """Tell every process that the end is near."""
        self._draining[0] = 1

    def when_draining(self, do: Callable[[], object]) -> None:
        """Call this once the end is near, in a thread of its own."""

        def watch() -> None:
            pause = threading.Event()
            while not self.is_draining:
                pause.wait(LOOK_EACH_S)
            do()

        threading.Thread(target=watch, name="draining", daemon=True).start()

    def cells(self) -> Cells:
        """The numbers of this process: those that a dead one has left, or new ones. Call it once."""
        return Cells(*_take_over(self._folder)) if self._folder else Cells(mmap.mmap(-1, CELLS * DOUBLE), None)

    def claim(self, name: str) -> Claim | None:
        """What only one at a time may do on this node; None while another has it. Who is killed has it no more."""
        if self._folder is None:
            return Claim(None)
        file = os.open(self._folder / f"{name}.claim", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        return Claim(file)

    def alive(self) -> int:
        """How many processes of this node count."""
        return sum(map(_is_held, self._folder.glob("*.rows"))) if self._folder else 1

    def totals(self, own: Cells) -> dict[Row, list[float]]:
        """The rows of all processes, added up, whether these are alive or not."""
        sums: dict[Row, list[float]] = defaultdict(list)
        for row, numbers in self._all(own):
            before = sums[row] or [0.0] * len(numbers)
            sums[row] = [one + other for one, other in zip(before, numbers, strict=True)]
        return sums

    def _all(self, own: Cells) -> Iterator[tuple[Row, list[float]]]:
        if self._folder is None:
            yield from own.read()
            return
        for path in self._folder.glob("*.rows"):
            names = path.read_bytes()  # first: a row that is named has its cells
            yield from _read(names, path.with_suffix(".cells").read_bytes())


class Cells:
    """Rows of numbers that one process writes and all of its node read."""

    def __init__(self, memory: mmap.mmap, rows: int | None) -> None:
        self._memory, self._file = memory, rows
        self.values = memoryview(memory).cast("d")
        names = os.pread(rows, CELLS * DOUBLE, 0) if rows is not None else b""
        self._names = names[: names.rfind(b"\n") + 1]  # what is left was being written when its process died
        self._at = {row: at for row, at, _ in _rows(self._names)}
        self._end = max((at + width for _, at, width in _rows(self._names)), default=0)
        self._lock = threading.Lock()

    def row(self, name: Row, width: int) -> int:
        """Where a row of so many numbers begins in `values`; once they are all taken, the place that nobody reads."""
        with self._lock:
            at = self._at.get(name)
            if at is None:
                if self._end + width > NOWHERE:
                    return NOWHERE
                at = self._at[name] = self._end
                self._end += width
                self._name(name, width)
            return at

    def read(self) -> Iterator[tuple[Row, list[float]]]:
        """Each row with its numbers, as they are now."""
        with self._lock:
            names = self._names
        return _read(names, bytes(self._memory) if names else b"")  # a new one's megabyte need not be touched

    def _name(self, name: Row, width: int) -> None:
        line = json.dumps([width, *name]).encode() + b"\n"
        if self._file is not None:
            os.pwrite(self._file, line, len(self._names))
        self._names += line


def end_with_parent() -> None:
    """This process ends when the one that started it wants it to, or dies: else the port would stay taken.

    Ctrl-C goes to all processes of a terminal, so it is not heard here. That of the death is Linux' alone.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_SET_DEATH_SIGNAL, signal.SIGTERM)
    parent = multiprocessing.parent_process()
    if parent is not None and not parent.is_alive():  # it died while we started, and nobody will say so
        signal.raise_signal(signal.SIGTERM)


def _take_over(folder: Path) -> tuple[mmap.mmap, int]:
    """The first files that no living process holds; the kernel takes the lock from the dead."""
    number = 0
    while True:
        rows = os.open(folder / f"{number}.rows", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(rows, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(rows)
            number += 1
            continue
        return _mapped(folder / f"{number}.cells", CELLS * DOUBLE), rows


def _is_held(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _mapped(path: Path, size: int) -> mmap.mmap:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.ftruncate(file, size)  # zeros, and none of them takes room before it is written
        return mmap.mmap(file, size)
    finally:
        os.close(file)


def _rows(names: bytes) -> Iterator[tuple[Row, int, int]]:
    """Each row's name, beginning and width; a line that is not whole yet is none."""
    at = 0
    for line in names[: names.rfind(b"\n") + 1].splitlines():
        width, *name = json.loads(line)
        yield tuple(name), at, width
        at += width


def _read(names: bytes, content: bytes) -> Iterator[tuple[Row, list[float]]]:
    values = array("d", content[: len(content) // DOUBLE * DOUBLE])
    for row, at, width in _rows(names):
        if at + width <= len(values):
            yield row, values[at : at + width].tolist()
