"""`inlay demo --leads`: real rows, rows that no score knows, and files that cannot be served."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.demo import command, free_block, start
from tests.e2e.stage import Stage

Window = Callable[..., Stage]
WORDS = (
    "Größe", "2 rows were left out", "Line 4 repeats the id 2", "Line 5 has 2 cells", "CP1252",
    "every badge says that it can say nothing",
)  # fmt: skip
BANK = "leads_bank.csv"


def data() -> Path:
    """Where data that is not part of the repository lies."""
    beside = Path(__file__).parents[2].parent / "shared" / "data"
    return Path(os.environ.get("INLAY_DATA", beside))


@pytest.mark.browser
@pytest.mark.proof
def test_real_rows_are_scored_in_one_batch(window: Window, tmp_path: Path) -> None:
    if not (data() / BANK).is_file():
        pytest.skip(f"{BANK} is not here. It is looked for in the folder INLAY_DATA, else in ../shared/data.")
    bank = start(tmp_path, "--leads", str(data() / BANK))
    try:
        stage = window(bank)
        with stage.page.expect_response(f"{bank.inlay}/session") as session:
            stage.page.goto(f"{bank.crm}/leads")
        assert len(session.value.json()["fragments"]) == 50
        expect(stage.page.locator("inlay-score-badge b").first).to_be_visible()
        expect(stage.page.locator("main")).to_contain_text("20,000")
        stage.open(bank.leads()[0], "sam")
        assert stage.labels()
        expect(stage.card).to_contain_text("chance of")
        stage.page.close()
    finally:
        assert bank.end() == 0


@pytest.mark.browser
@pytest.mark.proof  # a whole demo of its own; tests/demo/crm/test_table.py has the rows and the words
def test_rows_that_no_score_knows_say_so_and_a_page_explains(window: Window, tmp_path: Path) -> None:
    """The file has the other faults too: another encoding, a repeated id, a row of another length."""
    rows = tmp_path / "mine.csv"
    rows.write_bytes("id;Größe;Farbe\n1;groß;rot\n2;klein;grün\n2;klein;blau\n3;mittel\n".encode("cp1252"))
    mine = start(tmp_path, "--leads", str(rows))
    try:
        stage = window(mine).open(mine.leads()[0], "sam", state="empty")
        expect(stage.badge).to_contain_text("No score")
        expect(stage.card).to_contain_text("There is no score for this record.")
        stage.page.goto(f"{mine.crm}/columns")
        main = stage.page.locator("main")
        for words in WORDS:
            expect(main).to_contain_text(words)
        stage.page.close()
    finally:
        assert mine.end() == 0


def test_a_bad_file_is_refused_with_words(tmp_path: Path) -> None:
    """One for the command; tests/demo/crm/test_table.py has every other fault of a file."""
    rows = tmp_path / "mine.csv"
    rows.write_bytes("name,size\nx,1\n".encode("utf-16"))
    done = subprocess.run(
        command(free_block(), tmp_path / "state", "--leads", str(rows)),
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "mine.csv has no id column" in done.stderr
    assert "name, size" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
