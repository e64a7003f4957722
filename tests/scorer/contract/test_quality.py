"""Measuring a playbook on labelled contracts: the counts, the split, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.scorer.contract.loader import load_playbooks
from app.scorer.contract.quality import ReviewQuality, Score, joined, measure_review, read_contract, table, told
from app.scorer.quality import DataRefused
from tests.scorer.contract.books import CONTRACT, book

DATA = Path(os.environ.get("INLAY_DATA", Path(__file__).parents[4] / "shared" / "data")) / "contracts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.txt").write_text(CONTRACT)
    (tmp_path / "two.txt").write_text("A letter without any clause.")
    (tmp_path / "labels.csv").write_text(
        "file,Law,Law-Answer,Fee,Fee- Answer,Other,Other-Answer\n"
        "one.txt,['the laws of'],Ohio,[],No,[],No\n"
        "two.txt,['by law'],Utah,[],No,[],No\n"
    )
    return tmp_path


def test_presence_is_counted_by_category(folder: Path) -> None:
    quality = measure_review(book(), folder)
    assert quality.scores == (Score("law", 1, 0, 1), Score("fee", 0, 1, 0))
    assert (quality.contracts, quality.pages) == (2, 2)
    micro = quality.micro
    assert (micro.precision, micro.recall, micro.f1) == (0.5, 0.5, 0.5)
    assert quality.scores[1].recall is None
    assert told(quality)["scores"][-1]["f1"] == 0.5
    assert table(quality)[1].split() == ["law", "1", "0", "1", "1.00", "0.50", "0.67"]


def test_the_two_parts_are_all_and_always_the_same(folder: Path) -> None:
    parts = [measure_review(book(), folder, part) for part in ("fitted", "held-out")]
    assert [part.contracts for part in parts] == [1, 1]
    assert measure_review(book(), folder, "fitted").scores == parts[0].scores


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ("file,Law\n", "at least one row"),
        ("name,Law\none.txt,x\n", "needs a column 'file'"),
        ("file,Law\none.txt,x,y\n", "more or fewer cells"),
        ("file,Law\n../one.txt,x\n", "no file's name"),
        ("file,Other\none.txt,x\n", "no column for any category"),
        ("file,Law\nnone.txt,x\n", "none.txt: cannot be read"),
        ("file,Law\nlabels.pdf,x\n", "labels.pdf: cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused(folder: Path, labels: str, words: str) -> None:
    (folder / "labels.csv").write_text(labels)
    (folder / "labels.pdf").write_text("no PDF")
    with pytest.raises(DataRefused, match=words):
        measure_review(book(), folder)
    with pytest.raises(DataRefused):
        measure_review(book(), folder / "none")


def test_pages_stand_where_they_say() -> None:
    text, pages = joined(["one", "", "three"])
    assert [text[page.start : page.end] for page in pages] == ["one", "", "three"]


@pytest.mark.skipif(not DATA.is_dir(), reason="the labelled contracts are not here; set INLAY_DATA to their folder")
def test_the_shipped_playbook_is_as_good_as_it_says() -> None:
    standard = load_playbooks()["contract_review"]["standard"]
    quality: ReviewQuality = measure_review(standard, DATA, "held-out")
    assert quality.micro.f1 is not None
    assert quality.micro.f1 >= 0.8
    text, cut = read_contract(next(DATA.glob("*.pdf")))
    assert len(text) == cut[-1].end
