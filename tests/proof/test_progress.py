"""The share that a viewer is shown of a document's work, against the clock, over thirty real contracts as they are, and
over each of them four times in a row: read in a third of a second, most of them are over before a share is shown.

On a machine of their own all looks at a contract are within 0.10. What others take of the machine nobody can foresee:
the bound of a document grows by the share of its time in which none of those who work on it (parser, core, our own
thread) had a processor.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pypdf import PdfWriter

from app.analysis.telling import SILENT_S
from app.core.stored_readings import ReadingKey, StoredReadings
from app.launch import Record
from tests.core.analysing import AnalysingCore
from tests.hosts._directory import serve
from tests.library import File, Library, Shelf, document, documents_of
from tests.world import Clock, connections
from tests.world import world as make_world

CONTRACTS = Path(os.environ.get("INLAY_DATA", Path(__file__).parents[3] / "shared" / "data")) / "contracts"
pytestmark = [
    pytest.mark.proof,
    pytest.mark.alone,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the processor's seconds are read from /proc"),
    pytest.mark.skipif(not CONTRACTS.is_dir(), reason="the contracts are not there: set INLAY_DATA"),
]
CORE = "from app.scorer.cli import main; main(['serve', '--port', '0'])"
LOOK_S = 0.02
TOLD = 5  # contracts before the first that counts: paces are learned
TIMES = 4  # so many times over, a contract is a long document
MOST, HALF = 0.10, 0.05  # off at most, and half of all looks


class Ticking(Clock):
    """From the tests' own moment on, as fast as time."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        super().__init__()

    def __call__(self) -> float:
        return self.now + time.monotonic() - self.began


@dataclass
class Work:
    """What was seen of one document's work: (clock, processor's seconds, share) at each look."""

    name: str
    looks: list[tuple[float, float, float]] = field(default_factory=list)
    clock_s: float = 0.0
    processor_s: float = 0.0

    def off(self) -> list[float]:
        return [abs(share - at / self.clock_s) for at, _, share in self.looks]

    def off_by_work(self) -> list[float]:
        """As the clock would say if others did not want the machine."""
        return [abs(share - had / self.processor_s) for _, had, share in self.looks]

    @property
    def waited(self) -> float:
        """The share of its time in which nobody worked on it."""
        return max(0.0, 1.0 - self.processor_s / self.clock_s)


class Meter:
    """The processor's seconds of the thread that makes it and of all that it started: its parsers, and the core."""

    def __init__(self) -> None:
        self._own = time.pthread_getcpuclockid(threading.get_ident())
        self._thread = Path(f"/proc/self/task/{threading.get_native_id()}")
        self._most = 0.0

    def read(self) -> float:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        now = (
            time.clock_gettime(self._own)
            + ended.ru_utime
            + ended.ru_stime
            + sum(map(_processor_s, _below(self._thread)))
        )
        self._most = max(self._most, now)  # one that ends between these looks counts in neither
        return self._most


def _processor_s(pid: int) -> float:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _below(thread: Path) -> Iterator[int]:
    """The processes that a thread started, and theirs."""
    with suppress(OSError):
        for pid in map(int, (thread / "children").read_text().split()):
            yield pid
            for each in Path(f"/proc/{pid}/task").iterdir():
                yield from _below(each)


@contextmanager
def running_core() -> Iterator[str]:
    """The address of the built-in core, in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", CORE], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["core"]
        finally:
            process.terminate()


@contextmanager
def library_of(folder: Path, files: dict[str, File]) -> Iterator[Shelf]:
    library = Library()
    for record, file in files.items():
        library.put(record, file)
    with (
        running_core() as url,
        serve(library),
        make_world(folder, connections=connections(library.url)) as world,
        documents_of(replace(world, clock=Ticking()), url) as shown,
    ):
        yield Shelf(shown, library, AnalysingCore())


def work_on(shelf: Shelf, meter: Meter, record: str, name: str) -> Work:
    """Have it analysed, and look at how far that is all the while, as a viewer's request does."""
    session = shelf.session(record)
    shelf.read(session, record)
    table = StoredReadings(shelf.world.parts.database)
    key = ReadingKey(shelf.connection().source, "contract_review", Record.parse(record))
    work, over = Work(name), threading.Event()
    began, had = time.monotonic(), meter.read()

    def look() -> None:
        while not over.wait(LOOK_S):
            row = table.of([key])[key]
            at, spent = time.monotonic() - began, meter.read() - had
            if row.stage:  # else it has not begun, or is over
                work.looks.append((at, spent, row.share_by(shelf.world.clock())))

    beside = threading.Thread(target=look)
    beside.start()
    try:
        shelf.world.run_jobs()
    finally:
        work.clock_s, work.processor_s = time.monotonic() - began, meter.read() - had
        over.set()
        beside.join()
    assert shelf.read(session, record)[0].analysis is not None, name
    return work


def told(works: Sequence[Work]) -> None:
    """The distribution, printed."""
    for work in works:
        print(
            f"{work.name[:28]:28} {work.clock_s:5.2f} s, {work.waited:4.0%} waited; {len(work.looks):3} looks at most"
            f" {max(work.off(), default=0):.2f} off, by work done {max(work.off_by_work(), default=0):.2f}"
        )
    for what, each in (("by the clock", Work.off), ("by work done", Work.off_by_work)):
        looks = sorted(off for work in works for off in each(work))
        print(
            f"{what}: half of {len(looks)} looks within {part(looks, 0.5):.2f}, nine of ten within"
            f" {part(looks, 0.9):.2f}, all within {looks[-1]:.2f}"
        )
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def part(values: Sequence[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> list[Work]:
    """Some contracts so that paces are known, then all as they are, then all as long ones."""
    paths = sorted(CONTRACTS.glob("*.pdf"))
    contents = [path.read_bytes() for path in paths]
    order = [*contents[:: len(paths) // TOLD], *contents, *map(longer, contents)]
    names = [path.name for path in paths]
    files = {
        document(f"01DOC{n:03}"): File(content + b"\n" * (n + 1), name, "application/pdf")
        for n, (content, name) in enumerate(zip(order, [*names[:: len(paths) // TOLD], *names, *names], strict=True))
    }
    with library_of(tmp_path_factory.mktemp("progress"), files) as shelf:
        meter = Meter()
        return [work_on(shelf, meter, record, file.name) for record, file in files.items()]


def longer(content: bytes) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    for _ in range(TIMES):
        writer.append(io.BytesIO(content))
    writer.write(out)
    return out.getvalue()


def test_it_never_goes_back(works: list[Work]) -> None:
    for work in works:
        shares = [share for *_, share in work.looks]
        assert shares == sorted(shares), work.name
        assert all(0 <= share < 1 for share in shares), work.name


def test_what_is_read_at_once_shows_no_share(works: list[Work]) -> None:
    assert all(at >= SILENT_S for work in works for at, *_ in work.looks)


@pytest.mark.parametrize("which", [slice(-60, -30), slice(-30, None)], ids=["as-they-are", "four-times-over"])
def test_thirty_contracts(works: list[Work], which: slice) -> None:
    told(works[which])
    looks = sorted(off for work in works[which] for off in work.off())
    assert part(looks, 0.5) <= HALF
    for work in works[which]:
        assert max(work.off(), default=0.0) <= MOST + work.waited, work.name
