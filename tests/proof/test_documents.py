"""Documents at length: the thirty real contracts, and damaged files through the whole wall."""

from __future__ import annotations

import ast
import csv
import os
import random
import time
from contextlib import suppress
from pathlib import Path

import pytest
from pypdf import PdfWriter

from app.documents import Document, Quotes, Reader, locate
from app.documents.reader import Advance
from app.errors import DocumentRefused
from tests.documents.files import docx, p, pdf

pytestmark = [pytest.mark.proof, pytest.mark.alone]

CONTRACTS = Path(os.environ.get("INLAY_DATA", Path(__file__).parents[3] / "shared" / "data")) / "contracts"
with_contracts = pytest.mark.skipif(not CONTRACTS.is_dir(), reason="the contracts are not there: set INLAY_DATA")
Read = tuple[Document, float, list[float]]  # what, in how many seconds, and the shares that progress told


@pytest.fixture(scope="module")
def read() -> dict[str, Read]:
    found, reader = {}, Reader()
    for path in sorted(CONTRACTS.glob("*.pdf")):
        told: list[float] = []
        start = time.perf_counter()

        def on_progress(at: Advance, told: list[float] = told) -> None:
            if at.total:
                told.append(at.done / at.total)

        document = reader.read(path.read_bytes(), path.name, "application/pdf", on_progress)
        found[path.name] = document, time.perf_counter() - start, told
    return found


@with_contracts
def test_every_contract_is_read(read: dict[str, Read]) -> None:
    assert len(read) == 30
    for name, (document, seconds, shares) in read.items():
        pages = [document.text[page.start : page.end] for page in document.pages]
        assert "\f".join(pages) == document.text
        assert [page.number for page in document.pages] == list(range(1, len(pages) + 1))
        assert all(locate(document, page.start) == page.number for page in document.pages)
        assert sum(map(len, pages)) / len(pages) > 300, name
        assert seconds < 3, name
        assert shares == sorted(shares)
        assert (shares[0], shares[-1]) == (0, 1)
    times = sorted(seconds for _, seconds, _ in read.values())
    print(f"\n30 contracts: {sum(times):.1f} s in all, {times[15]:.2f} s in the middle, {times[-1]:.2f} s the worst")


@with_contracts
def test_what_lawyers_marked_is_found_again(read: dict[str, Read]) -> None:
    """CUAD's labels quote another program's text of these files: words, spaces and order have to be the same."""
    found = missed = 0
    with (CONTRACTS / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            quotes = Quotes(read[row["file"]][0].text)
            for column, marked in row.items():
                if column != "file" and "Answer" not in column and marked.startswith("["):
                    parts = [part for each in ast.literal_eval(marked) for part in each.split("<omitted>")]
                    hits = [quotes.find(part) is not None for part in parts if len(part.strip()) > 4]
                    found, missed = found + sum(hits), missed + len(hits) - sum(hits)
    assert found > 400
    assert missed / (found + missed) < 0.01, f"{missed} of {found + missed}"


@with_contracts
def test_progress_tells_the_true_share_of_time(tmp_path: Path, read: dict[str, Read]) -> None:
    """Within 10 %, on a contract twenty times as long: one as it is has been read before anybody looks."""
    writer = PdfWriter()
    for _ in range(20):
        writer.append(max(CONTRACTS.glob("*.pdf"), key=lambda path: len(read[path.name][0].pages)))
    writer.write(tmp_path / "long.pdf")
    content = (tmp_path / "long.pdf").read_bytes()
    off = min(most_off(content) for _ in range(4))  # the machine has other work as well
    print(f"\nprogress at most {off:.0%} off")
    assert off < 0.1


def most_off(content: bytes) -> float:
    """The largest difference between the share of pages that was told and the share of time that had passed."""
    told: list[tuple[float, float]] = []
    start = time.perf_counter()
    Reader().read(
        content, "", "", lambda at: told.append((time.perf_counter() - start, at.done / at.total if at.total else 0.0))
    )
    took = time.perf_counter() - start
    assert len(told) > 150
    return max(abs(when / took - share) for when, share in told)


def test_damaged_files_through_the_whole_wall() -> None:
    """Bits flipped and ends cut, 100 files: each is read or refused in far less than 20 s, and the next one is read."""
    dice, reader = random.Random(4), Reader()
    samples = [pdf(*["Clause 1. The Supplier shall pay."] * 5), docx(p("Clause 1. The Supplier shall pay.") * 5)]
    if CONTRACTS.is_dir():
        samples += [path.read_bytes() for path in sorted(CONTRACTS.glob("*.pdf"))[:8]]
    for number in range(100):
        damaged = bytearray(samples[number % len(samples)])
        for _ in range(dice.choice((1, 10, 100))):
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        if number % 3 == 0:
            del damaged[dice.randrange(len(damaged)) :]
        start = time.perf_counter()
        with suppress(DocumentRefused):
            reader.read(bytes(damaged), "contract.pdf", "application/pdf")
        assert time.perf_counter() - start < 10
    assert reader.read(samples[0], "contract.pdf", "").text
