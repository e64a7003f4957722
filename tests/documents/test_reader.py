"""A process for each file: it may hang, eat memory, die or lie, and the server goes on."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.documents import Document, Limits, Page, Reader, reader
from app.documents.reader import Advance
from app.documents.refusals import (
    DocumentEmpty,
    DocumentMalformed,
    DocumentTooLarge,
    DocumentTooLong,
    DocumentUnsupported,
)
from app.errors import Busy, Unavailable
from tests.documents.files import docx, part, pdf, pdf_of, stream

# 3 KB on disk: one line of a page, drawn letter by letter. pypdf looks at all that it has for each of them.
SLOW = pdf_of([stream(b"BT /F1 9 Tf " + b"(a) Tj 1 0 Td " * 100_000 + b"ET")])


def children() -> set[str]:
    """Processes that this one started and that still are there."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if state[1] == str(os.getpid()):
            found.add(status.parent.name)
    return found


def counted(told: list[Advance]) -> list[tuple[int, int]]:
    """The pages as they were counted: it is told of more often than there is a new one."""
    return list(dict.fromkeys((at.done, at.total) for at in told if at.total))


def test_a_document() -> None:
    content, told = pdf("one", "two"), list[Advance]()
    document = Reader().read(content, "contract.txt", "text/plain", told.append)
    assert document == Document(
        "contract.txt",
        "application/pdf",
        hashlib.sha256(content).hexdigest(),
        "one\ftwo",
        (Page(1, 0, 3), Page(2, 4, 7)),
    )
    assert counted(told) == [(0, 2), (1, 2), (2, 2)]
    assert told[-1].characters == len("one") + len("two") + 2  # as the parser found them, with the ends of its lines


def test_estimated_pages_say_so() -> None:
    assert Reader().read(b"word " * 2000, "a.txt", "").estimated_pages


def test_a_file_that_hangs_is_given_up_in_time() -> None:
    before, start = children(), time.monotonic()
    with pytest.raises(DocumentTooLong):
        Reader(Limits(seconds=1.0)).read(SLOW, "slow.pdf", "application/pdf")
    assert time.monotonic() - start < 6
    assert children() == before


def test_a_file_that_eats_memory_meets_the_bound() -> None:
    """60 MB of small elements: as a tree more than a gigabyte."""
    content = docx("", {"word/document.xml": part("document", "<w:body>" + "<w:p/>" * 10_000_000 + "</w:body>")})
    with pytest.raises(DocumentTooLarge) as refused:
        Reader(Limits(ratio=100_000)).read(content, "big.docx", "")
    assert refused.value.reason == "memory"
    with pytest.raises(DocumentTooLarge) as refused:
        Reader().read(content, "big.docx", "")
    assert refused.value.reason == "zip-ratio"


def test_500_pages() -> None:
    page = "\n".join(f"{line}. The Supplier shall indemnify the Customer against all claims." for line in range(40))
    told = list[Advance]()
    document = Reader().read(pdf(*[page] * 500), "long.pdf", "", told.append)
    assert len(document.pages) == 500
    assert {document.text[each.start : each.end] for each in document.pages} == {page}
    assert counted(told) == [(done, 500) for done in range(501)]


def test_sizes_are_looked_at_before_anything_is_started() -> None:
    with pytest.raises(DocumentEmpty):
        Reader().read(b"", "a", "")
    with pytest.raises(DocumentTooLarge):
        Reader(Limits(file_mb=1)).read(b"a" * (1 << 20) + b"a", "a", "")


def test_only_so_many_at_once_and_the_others_wait_a_little() -> None:
    busy = Reader(Limits(at_once=1, wait_s=0.2))
    started, go_on = threading.Event(), threading.Event()

    def hold(_: Advance) -> None:
        started.set()
        assert go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(busy.read, pdf("held"), "held.pdf", "", hold)
        assert started.wait(10)
        with pytest.raises(Busy) as refused:
            busy.read(b"quick", "a.txt", "")
        assert refused.value.retry_after_s
        go_on.set()
        assert running.result().text == "held"
    assert busy.read(b"quick", "a.txt", "").text == "quick"


def test_many_threads_at_once() -> None:
    one = Reader(Limits(at_once=2))
    with ThreadPoolExecutor(6) as pool:
        texts = pool.map(lambda number: one.read(f"file {number}".encode(), "a.txt", "").text, range(12))
        assert list(texts) == [f"file {number}" for number in range(12)]


def test_a_caller_that_fails_ends_the_process_too() -> None:
    def broken(_: Advance) -> None:
        raise KeyError

    before = children()
    with pytest.raises(KeyError):
        Reader().read(SLOW, "slow.pdf", "", broken)
    assert children() == before


def test_a_parser_that_says_nothing_is_heard_of_all_the_same() -> None:
    """By the seconds that it had of a processor, whatever else the machine does: progress is made of them."""
    told: list[Advance] = []
    with pytest.raises(DocumentTooLong):
        Reader(Limits(seconds=1.2)).read(SLOW, "slow.pdf", "", told.append)
    had = [at.processor_s for at in told if at.processor_s is not None]
    assert len(had) > 3
    assert had == sorted(had)
    assert 0 < had[-1] <= 1.3


def test_a_bad_file_does_not_touch_the_next_one() -> None:
    one = Reader()
    for content in (b"\x89PNG\r\n", b"PK\3\4", pdf("a")[:99], os.urandom(5000)):
        with pytest.raises((DocumentUnsupported, DocumentMalformed)):
            one.read(content, "a.pdf", "")
    assert one.read(b"good", "a.txt", "").text == "good"


@pytest.mark.parametrize(
    ("says", "refusal", "reason"),
    [
        (
            "sys.stdout.write('{\"ready\":true}\\n'); sys.stdout.flush(); os.kill(os.getpid(), 9)",
            DocumentTooLarge,
            "killed",
        ),
        (
            "sys.stdout.write('{\"ready\":true}\\n'); sys.stdout.flush(); os.abort()",
            DocumentMalformed,
            "parser-end: -6",
        ),
        (
            "sys.stdout.write('{\"ready\":true}\\n'); sys.stdout.flush(); os.kill(os.getpid(), 24)",
            DocumentTooLong,
            "processor-seconds",
        ),
        ("sys.exit(1)", Unavailable, "documents-start: exit 1"),
        ("print('nonsense')", DocumentMalformed, "parser-answer"),
        ("print('[1]')", DocumentMalformed, "parser-answer"),
        ('print(\'{"text": "abc", "pages": [[0, 4]]}\')', DocumentMalformed, "parser-answer"),
        ('print(\'{"text": "abc", "pages": [[2, 3], [0, 1]]}\')', DocumentMalformed, "parser-answer"),
        ('print(\'{"text": 3, "pages": [[0, 0]]}\')', DocumentMalformed, "parser-answer"),
        ('print(\'{"refused": "sesame"}\')', DocumentMalformed, ""),
        ("sys.stdout.write('x' * 9_000_000)", DocumentTooLarge, "answer-size"),
        ("import time; time.sleep(60)", DocumentTooLong, "seconds"),
    ],
)
def test_a_process_that_dies_or_lies(
    says: str, refusal: type[Exception], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_START", f"import os, sys; {says}")
    with pytest.raises(refusal) as refused:
        Reader(Limits(seconds=2.0, characters=1_000_000)).read(b"text", "a.txt", "")
    assert refused.value.reason == (reason or "document-malformed")  # type: ignore[attr-defined]


def test_no_secret_of_the_server_is_inherited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither its environment nor its open files."""
    monkeypatch.setenv("INLAY_SECRET", "sesame")
    tell = "'text': ' '.join([*os.environ, *os.listdir('/proc/self/fd')])"
    script = f"import json, os; d = {{{tell}}}; d['pages'] = [[0, len(d['text'])]]; print(json.dumps(d))"
    monkeypatch.setattr(reader, "_START", script)
    with (tmp_path / "open").open("w"):
        assert Reader().read(b"text", "a.txt", "").text.split() == ["LC_ALL", "0", "1", "2", "3"]  # 3: the listing
