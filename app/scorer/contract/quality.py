"""How good a playbook is on contracts that lawyers labelled: which categories it finds in which contract."""

from __future__ import annotations

import csv
import logging
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from app.scorer.contract.clauses import Page
from app.scorer.contract.playbook import Playbook
from app.scorer.contract.review import review
from app.scorer.quality import DataRefused

LABELS = "labels.csv"
EMPTY = ("", "[]")
SEED = 4  # of the split into the half that the shipped playbook was developed on, and the half that was held out


@dataclass(frozen=True, slots=True)
class Score:
    """Contracts with the category and found, found without it, with it and not found."""

    category: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float | None:
        """The share, 0..1, of contracts in which it was found that have it; None: it was found in none."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        """The share, 0..1, of contracts that have it in which it was found; None: none has it."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both, 0..1; None: no contract has it, and it was found in none."""
        counted = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / counted if counted else None


@dataclass(frozen=True, slots=True)
class ReviewQuality:
    """How a playbook did on all labelled contracts, and how long that took."""

    contracts: int
    pages: int
    seconds: float  # for the reviews, without the reading of the files
    slowest_s: float
    scores: tuple[Score, ...]

    @property
    def micro(self) -> Score:
        """All categories as one."""
        sums = (sum(getattr(score, name) for score in self.scores) for name in ("right", "wrong", "missed"))
        return Score("micro-average", *sums)


def measure_review(book: Playbook, folder: Path, part: str = "all") -> ReviewQuality:
    """Raises DataRefused."""
    rows = _rows(folder, part)
    columns = {_category(column): column for column in rows[0] if not column.lower().endswith("answer")}
    names = [category.name for category in book.categories if category.name in columns]
    if not names:
        raise DataRefused(f"{LABELS}: has no column for any category of the playbook.")
    counts = {name: [0, 0, 0, 0] for name in names}
    pages, times = 0, []
    for row in rows:
        text, cut = read_contract(folder / row["file"])
        started = time.perf_counter()
        found = {finding.category for finding in review(text, cut, book).findings}
        times.append(time.perf_counter() - started)
        pages += len(cut)
        for name in names:
            counts[name][_place(name in found, row[columns[name]].strip() not in EMPTY)] += 1
    scores = tuple(Score(name, *counts[name][:3]) for name in names)
    return ReviewQuality(len(rows), pages, sum(times), max(times), scores)


def read_contract(path: Path) -> tuple[str, list[Page]]:
    """A contract's text and pages: a PDF's, or a plain text as one page. Raises DataRefused."""
    try:
        if path.suffix.lower() == ".pdf":
            logging.getLogger("pypdf").setLevel(logging.ERROR)  # old files are full of small faults
            return joined(page.extract_text() for page in PdfReader(path).pages)
        return joined([path.read_text(encoding="utf-8")])
    except (OSError, UnicodeDecodeError, PyPdfError) as error:
        raise DataRefused(f"{path.name}: cannot be read ({type(error).__name__}).") from None


def joined(pages: Iterable[str]) -> tuple[str, list[Page]]:
    """The pages as one text, a line break between them, and where each stands in it."""
    cut: list[Page] = []
    parts: list[str] = []
    start = 0
    for number, text in enumerate(pages, 1):
        cut.append(Page(number, start, start + len(text)))
        parts.append(text)
        start += len(text) + 1
    return "\n".join(parts), cut


def told(quality: ReviewQuality) -> dict[str, Any]:
    """For a program."""
    scores = [*quality.scores, quality.micro]
    return {
        "contracts": quality.contracts,
        "pages": quality.pages,
        "seconds": round(quality.seconds, 3),
        "slowest_s": round(quality.slowest_s, 3),
        "scores": [
            {
                "category": score.category,
                "right": score.right,
                "wrong": score.wrong,
                "missed": score.missed,
                "precision": score.precision,
                "recall": score.recall,
                "f1": score.f1,
            }
            for score in scores
        ],
    }


def table(quality: ReviewQuality) -> list[str]:
    """For a person."""
    lines = [f"{'category':36} right wrong missed  precision recall    F1"]
    for score in (*quality.scores, quality.micro):
        counts = f"{score.right:5} {score.wrong:5} {score.missed:6}"
        shares = f"{_share(score.precision):>9} {_share(score.recall):>6} {_share(score.f1):>5}"
        lines.append(f"{score.category:36} {counts}  {shares}")
    each_ms = 1000 * quality.seconds / quality.contracts
    lines.append(
        f"{quality.contracts} contracts of {quality.pages} pages, {each_ms:.0f} ms each,"
        f" the slowest {1000 * quality.slowest_s:.0f} ms"
    )
    return lines


def _rows(folder: Path, part: str) -> list[dict[str, str]]:
    try:
        with (folder / LABELS).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataRefused(f"{folder.name}/{LABELS}: cannot be read as UTF-8 CSV ({type(error).__name__}).") from None
    if not rows or "file" not in rows[0]:
        raise DataRefused(f"{folder.name}/{LABELS}: needs a column 'file' and at least one row.")
    if any(None in row or None in row.values() or Path(row["file"]).name != row["file"] for row in rows):
        raise DataRefused(f"{folder.name}/{LABELS}: a row has more or fewer cells than the header, or no file's name.")
    if part == "all":
        return rows
    names = sorted(row["file"] for row in rows)
    seen = set(random.Random(SEED).sample(names, len(names) // 2))  # noqa: S311 - a split, not a secret
    kept = [row for row in rows if (row["file"] in seen) == (part == "fitted")]
    if not kept:
        raise DataRefused(f"{folder.name}/{LABELS}: has no row in the part {part!r}.")
    return kept


def _category(column: str) -> str:
    """CUAD's column names in kebab-case, such as revenue-profit-sharing."""
    return "-".join(column.lower().replace("/", " ").split())


def _place(found: bool, labelled: bool) -> int:
    """Which of right, wrong, missed, and rightly not found."""
    if found:
        return 0 if labelled else 1
    return 2 if labelled else 3


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
