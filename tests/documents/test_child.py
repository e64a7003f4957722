"""What the parsing process answers to any bytes at all: one line of JSON, soon, and nothing worse than a refusal."""

from __future__ import annotations

import io
import json
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from app.documents.child import answer
from app.documents.limits import Limits
from app.documents.refusals import BY_CODE
from tests.documents.files import docx, p, pdf, scan

SAMPLES = {
    "pdf": pdf(*(f"Clause {page}. The Supplier shall indemnify the Customer.\nSecond." for page in range(3))),
    "unpacked": scan(2, "ACME"),
    "docx": docx(
        p("Clause", '<w:numPr><w:numId w:val="1"/></w:numPr>') * 5, header1=f'<w:hdr xmlns:w="x">{p("h")}</w:hdr>'
    ),
    "html": b"<!doctype html><table><tr><td style='x'>Clause</td></tr></table><ol start=4><li>one<li>two</ol>" * 5,
    "text": "Clause\n§ 1 ü\n".encode("utf-16") * 20,
}


def answered(content: bytes, name: str = "contract") -> dict[str, Any]:
    lines = io.BytesIO()
    last = answer(content, name, "", Limits(), lines)
    for line in lines.getvalue().splitlines():
        assert json.loads(line).keys() == {"read", "of", "weight", "of_weight", "characters"}
    assert last.endswith(b"\n")
    said: dict[str, Any] = json.loads(last)
    if "refused" in said:
        assert said.keys() == {"refused", "reason"}
        assert said["refused"] in BY_CODE
    else:
        assert said["pages"][-1][1] == len(said["text"])
    return said


def test_a_good_file() -> None:
    said = answered(pdf("one", "two"))
    assert said == {"media_type": "application/pdf", "text": "one\ftwo", "pages": [[0, 3], [4, 7]], "estimated": False}


def flipped(content: bytes, dice: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(dice.choice((1, 1, 3, 20))):
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content))]


def shuffled(content: bytes, dice: random.Random) -> bytes:
    """A piece of it at another place."""
    at, length, to = dice.randrange(len(content)), dice.randrange(1, 60), dice.randrange(len(content))
    return content[:to] + content[at : at + length] + content[to:]


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("damage", [flipped, cut, shuffled])
def test_damaged_files_are_read_or_refused(sample: str, damage: Callable[[bytes, random.Random], bytes]) -> None:
    """The seed is fixed: the same 600 files in every run."""
    dice = random.Random(f"{sample} {damage.__name__}")
    for _ in range(40):
        content = damage(SAMPLES[sample], dice)
        start = time.perf_counter()
        answered(content)
        assert time.perf_counter() - start < 10


def test_a_cut_pdf_is_never_read_as_if_it_were_whole() -> None:
    """Half a contract would be a contract without a cap on liability."""
    whole = SAMPLES["pdf"]
    for end in range(0, len(whole) - 8, 40):
        said = answered(whole[:end])
        assert "refused" in said or said["media_type"] == "text/plain"


def test_wrong_names_do_not_matter() -> None:
    for name in ("contract.docx", "contract.png", "../../etc/passwd", "\0", ""):
        assert answered(pdf("text"), name)["text"] == "text"


def test_nothing_but_white_space_is_empty() -> None:
    assert answered(b" \n\x0c\n ")["refused"] == "document-empty"
    assert answered(docx(p()))["refused"] == "document-empty"


def test_text_is_within_its_budget_and_pages_too() -> None:
    lines = io.BytesIO()
    small = Limits(characters=100, pages=3)
    for content in (b"a" * 101, b"a\f" * 4, pdf("a" * 101), docx(p("a" * 101)), b"<html>" + b"a" * 101):
        assert json.loads(answer(content, "", "", small, lines))["refused"] == "document-too-large"
