"""The measure itself, the split that never moves, and the quality that the shipped scorecard claims."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.scorer.loader import SHIPPED, load
from app.scorer.quality import DataRefused, Labels, auc, is_held_out, measure, read_rows
from tests.scorer.cards import TODAY, card

DATA = Path(os.environ.get("INLAY_DATA", Path(__file__).parents[3] / "shared" / "data")) / "leads_bank.csv"
LABELS = Labels("won", "yes", "id", 30)


def test_auc_is_the_chance_to_order_a_pair_rightly() -> None:
    assert auc([1, 2, 3, 4], [False, False, True, True]) == 1
    assert auc([4, 3, 2, 1], [False, False, True, True]) == 0
    assert auc([5, 5, 5, 5], [False, True, False, True]) == 0.5
    assert auc([1, 2, 2, 3], [False, True, False, True]) == pytest.approx(3.5 / 4)


def test_the_split_depends_on_the_id_alone() -> None:
    ids = [f"L{number:06}" for number in range(10_000)]
    held_out = [row_id for row_id in ids if is_held_out(row_id, 30)]
    # pinned: if this changes, the split has moved, and every AUC that was stated before is void
    assert held_out[:5] == ["L000002", "L000003", "L000004", "L000005", "L000007"]
    assert len(held_out) == 3010
    assert not any(is_held_out(row_id, 0) for row_id in ids)


def test_rows_are_split_without_overlap_and_without_loss(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("id,size,won\n" + "".join(f"{n},{n},{'yes' if n % 3 else 'no'}\n" for n in range(90)))
    parts = {part: read_rows(file, LABELS, part) for part in ("held-out", "fitted", "all")}
    ids = {part: {row["id"] for row in rows.features} for part, rows in parts.items()}
    assert ids["held-out"] | ids["fitted"] == ids["all"]
    assert not ids["held-out"] & ids["fitted"]
    quality = measure(card(), parts["all"], TODAY)
    assert (quality.rows, quality.positives) == (90, 60)
    assert quality.rate == pytest.approx(200 / 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"id,size\n1,2\n", "no column won"),
        (b"", "no column id, won"),
        (b"id,won\n1,yes\n2\n", r"rows.csv:3: has more or fewer cells"),
        (b"id,won\n1,yes,3\n", r"rows.csv:2: has more or fewer cells"),
        (b"id,won\n1,yes\n2,yes\n", "not both with and without won = 'yes'"),
        (b"id,won\n\xff,yes\n", "cannot be read as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: bytes, words: str) -> None:
    (tmp_path / "rows.csv").write_bytes(text)
    with pytest.raises(DataRefused, match=words):
        read_rows(tmp_path / "rows.csv", LABELS, "all")


def test_a_bad_value_names_its_row(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id,size,won\n1,3,yes\n2,x,no\n")
    with pytest.raises(DataRefused, match="row 2 of the part: size must be a number"):
        measure(card(), read_rows(tmp_path / "rows.csv", LABELS, "all"), TODAY)


@pytest.mark.skipif(not DATA.exists(), reason="the bank leads are not here; set INLAY_DATA to their folder")
def test_the_bank_scorecard_is_as_good_as_its_file_says() -> None:
    scorecard = load(SHIPPED / "bank_lead_score.toml")
    stated = scorecard.fitted
    labels = Labels(stated["outcome"], stated["positive"], stated["id_column"], stated["held_out_percent"])
    quality = measure(scorecard, read_rows(DATA, labels, "held-out"), TODAY)
    assert quality.rows == stated["rows_held_out"]
    assert quality.auc == pytest.approx(stated["auc_held_out"], abs=1e-4)
    assert quality.auc >= 0.77
    assert quality.mean_score == pytest.approx(quality.rate, rel=0.05)  # a probability must be true on the whole
