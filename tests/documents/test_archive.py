"""Archives are judged by their directory, before anything is unpacked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.documents.archive import check
from app.documents.limits import MB, Limits
from app.documents.refusals import DocumentEncrypted, DocumentMalformed, DocumentTooLarge
from app.errors import DocumentRefused
from tests.documents.files import archive, docx, p


def test_a_usual_file_passes() -> None:
    check(docx(p("a") * 1000), Limits())


@pytest.mark.parametrize(
    ("content", "refusal", "reason"),
    [
        (lambda: archive({"a": b"\0" * 11 * MB}), DocumentTooLarge, "zip-ratio"),
        (lambda: archive({str(n): b"\0" * 21 * MB for n in range(5)}), DocumentTooLarge, "zip-size"),
        (lambda: archive({str(n): b"" for n in range(5_001)}), DocumentTooLarge, "zip-entries"),
        (lambda: archive({"word/a.xml": b"1", "Word/A.xml": b"2"}), DocumentMalformed, "zip-duplicates"),
        (lambda: archive({"a": b"1"})[:-30], DocumentMalformed, "zip-directory"),
        (
            lambda: archive({"a": b"1"}).replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\1\0"),
            DocumentEncrypted,
            "zip-encrypted",
        ),
    ],
    ids=["ratio", "size", "entries", "duplicates", "directory", "encrypted"],  # an archive holds the time
)
def test_what_is_refused(content: Callable[[], bytes], refusal: type[DocumentRefused], reason: str) -> None:
    with pytest.raises(refusal) as refused:
        check(content(), Limits())
    assert refused.value.reason == reason
