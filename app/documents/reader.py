"""Reads a file in a process of its own, and sees to it that the process ends.

A process for each file, started anew: nothing of one customer's file can reach the next one's. That costs 0.12 s (two
shared cores, from the call to the answer for a one-line text; a contract of 19 pages takes 0.3 s in all), which is too
little to keep processes warm for. It is started by `subprocess`, never forked: the server has threads.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, BinaryIO

from app.documents.document import Document, Page
from app.documents.limits import MB, Limits
from app.documents.refusals import BY_CODE, DocumentEmpty, DocumentMalformed, DocumentTooLong
from app.errors import Busy, DocumentRefused, DocumentTooLarge, InlayError, Unavailable

_HEAVIEST = 1e9  # usual pages; no file is so heavy, but the process that says so has touched the file
_TOLD_S = 0.05  # between two words on how far it is, while the process itself says nothing
_ROOT = str(Path(__file__).resolve().parents[2])
_START = "import sys; sys.path.insert(0, sys.argv[1]); from app.documents.child import main; main()"


@dataclass(frozen=True, slots=True)
class Advance:
    """How far the reading of a file is. Nothing in it ever goes back."""

    done: int  # of `total` pages; 0 of 0: there is none to count yet
    total: int
    characters: int  # of text, in these pages
    processor_s: float | None  # that the process had until now; None where the system does not say
    read: float = 0.0  # of `weight`: what is read, in usual pages
    weight: float = 0.0


Progress = Callable[[Advance], None]


def unwatched(_: Advance) -> None:
    """For a caller whom progress does not interest."""


class Reader:
    """The wall's door. One for a process; any number of threads may ask it at once."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._free = BoundedSemaphore(self.limits.at_once or os.cpu_count() or 1)

    def read(self, content: bytes, name: str, media_type: str, on_progress: Progress = unwatched) -> Document:
        """The text of a file, whatever it is called. `on_progress` is called in this thread, several times a second.

        Raises DocumentRefused (the cause is in its code); Busy when all parsers are taken for too long; Unavailable
        when no parser can be started. Blocks for at most `wait_s` and `seconds` together.
        """
        if not content:
            raise DocumentEmpty(reason="no-bytes")
        if len(content) > self.limits.file_mb * MB:
            raise DocumentTooLarge(reason="file-size")
        if not self._free.acquire(timeout=self.limits.wait_s):
            raise Busy(reason="documents-queue", retry_after_s=self.limits.seconds / 2)
        try:
            with self._process(content, name, media_type) as process:
                answer = _Conversation(process, self.limits, on_progress).last_word()
        finally:
            self._free.release()
        if "refused" in answer:
            raise BY_CODE.get(str(answer["refused"]), DocumentMalformed)(reason=str(answer.get("reason", ""))[:200])
        return _document(answer, content, name)

    @contextmanager
    def _process(self, content: bytes, name: str, media_type: str) -> Iterator[subprocess.Popen[bytes]]:
        """Started with nothing of ours: no environment, no descriptor but its own three. Ended in every case.

        Of the name only the ending is told: anybody on the machine can read a command line.
        """
        told = {"limits": asdict(self.limits), "name": Path(name).suffix[:10], "media_type": media_type[:100]}
        command = [sys.executable, "-I", "-c", _START, _ROOT, json.dumps(told)]
        try:
            with _as_file(content) as file:
                process = subprocess.Popen(  # noqa: S603 the command is ours
                    command,
                    stdin=file,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env={"LC_ALL": "C.UTF-8"},
                    cwd="/",
                )
        except OSError as error:
            raise Unavailable(reason=f"documents-start: {error.strerror}") from error
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


class _Conversation:
    """What the process says, line by line, until its last word, its end, or the end of our patience."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits, on_progress: Progress) -> None:
        self._process = process
        self._out = process.stdout.fileno() if process.stdout else -1
        self._deadline = time.monotonic() + limits.seconds
        self._most = limits.characters * 4 + MB  # bytes: characters in UTF-8, and the pages
        self._on_progress = on_progress
        self._at = Advance(0, 0, 0, 0.0)
        self._ready = False

    def last_word(self) -> dict[str, Any]:
        for line in self._lines():
            try:
                value = json.loads(line)
            except ValueError as error:
                raise DocumentMalformed(reason="parser-answer") from error
            if not isinstance(value, dict):
                raise DocumentMalformed(reason="parser-answer")
            if "ready" in value:
                self._ready = True
            elif "read" in value:
                self._progress(value)
            else:
                return value
        raise self._ended()

    def _lines(self) -> Iterator[bytes]:
        buffer, size = bytearray(), 0
        ready = select.poll()
        ready.register(self._out, select.POLLIN)
        while chunk := self._chunk(ready):
            size += len(chunk)
            if size > self._most:
                raise DocumentTooLarge(reason="answer-size")
            buffer += chunk
            if b"\n" in chunk:
                *lines, rest = bytes(buffer).split(b"\n")
                buffer = bytearray(rest)
                yield from lines

    def _chunk(self, ready: select.poll) -> bytes:
        while (left := self._deadline - time.monotonic()) > 0:
            if ready.poll(min(left, _TOLD_S) * 1000):
                return os.read(self._out, 1 << 16)
            self._tell()
        raise DocumentTooLong(reason="seconds")

    def _progress(self, value: dict[str, Any]) -> None:
        """Only what is further than before is passed on: the count of pages is an estimate until it is known."""
        done, total, characters = (value.get(name) for name in ("read", "of", "characters"))
        read, weight = value.get("weight"), value.get("of_weight")
        if not (isinstance(done, int) and isinstance(total, int) and isinstance(characters, int)):
            return
        if not (isinstance(read, int | float) and isinstance(weight, int | float) and 0 <= read <= weight < _HEAVIEST):
            return
        at = self._at
        if 0 <= done <= total and total and done * max(at.total, 1) >= at.done * total:
            characters = max(characters, at.characters)
            self._at = replace(at, done=done, total=total, characters=characters, read=read, weight=weight)
            self._tell()

    def _tell(self) -> None:
        self._at = replace(self._at, processor_s=_processor_s(self._process.pid))
        self._on_progress(self._at)

    def _ended(self) -> InlayError:
        """It went without a last word. Its own signals tell why; an unknown one is the file's doing."""
        code = self._process.wait(timeout=5)
        if not self._ready:
            return Unavailable(reason=f"documents-start: exit {code}")
        if code == -signal.SIGXCPU:
            return DocumentTooLong(reason="processor-seconds")
        if code == -signal.SIGKILL:  # not ours: the system was out of memory, or the processor's hard limit
            return DocumentTooLarge(reason="killed")
        return DocumentMalformed(reason=f"parser-end: {code}")


def _processor_s(pid: int) -> float | None:
    """Seconds of a processor that a process had; Linux says so in /proc (proc(5), utime and stime)."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _as_file(content: bytes) -> Iterator[BinaryIO]:
    """In memory where the system can; the process reads it as it likes, so that nobody has to feed a pipe."""
    if hasattr(os, "memfd_create"):
        file: BinaryIO = os.fdopen(os.memfd_create("document"), "w+b")
    else:
        file = tempfile.TemporaryFile()  # noqa: SIM115 closed below
    with file:
        file.write(content)
        file.seek(0)
        yield file


def _document(answer: dict[str, Any], content: bytes, name: str) -> Document:
    """Checked once more: the process that says so has touched the file."""
    text, spans = answer.get("text"), answer.get("pages")
    if not isinstance(text, str) or not isinstance(spans, list) or not spans:
        raise DocumentMalformed(reason="parser-answer")
    pages, last = [], 0
    for number, span in enumerate(spans, 1):
        start, end = span if isinstance(span, list) and len(span) == 2 else (-1, -1)
        if not (isinstance(start, int) and isinstance(end, int) and last <= start <= end <= len(text)):
            raise DocumentMalformed(reason="parser-answer")
        pages.append(Page(number, start, end))
        last = end
    return Document(
        name=name,
        media_type=str(answer.get("media_type", "")),
        sha256=hashlib.sha256(content).hexdigest(),
        text=text,
        pages=tuple(pages),
        estimated_pages=answer.get("estimated") is True,
    )


__all__ = ["Advance", "DocumentRefused", "Progress", "Reader", "unwatched"]
