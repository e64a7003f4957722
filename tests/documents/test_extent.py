"""How many pages a file says that it has, without a parser."""

from __future__ import annotations

import time

from app.documents.extent import stated_pages
from tests.documents.files import docx, p, pdf


def test_a_pdf_says_how_many_pages_it_has() -> None:
    assert [stated_pages(pdf(*["Clause."] * pages)) for pages in (1, 2, 40)] == [1, 2, 40]
    assert stated_pages(b"%PDF-1.7\n<</Type/Page>><</Type  /Page /A 1>><</Type/Pages>><</Type/PageLabel>>") == 2


def test_other_files_do_not() -> None:
    assert [stated_pages(each) for each in (docx(p("Clause.")), b"", b"/Type/Page", b"%PDF-1.7")] == [0, 0, 0, 0]


def test_a_hostile_file_takes_no_longer() -> None:
    began = time.process_time()
    stated_pages(b"%PDF-" + b"/Type        " * 500_000)
    assert time.process_time() - began < 1.0
