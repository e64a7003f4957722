"""Text in the encodings that libraries hold it in."""

from __future__ import annotations

import pytest

from app.documents.pages import SYNTHETIC
from app.documents.plain import decode, read
from app.documents.refusals import DocumentMalformed, DocumentUnsupported

TEXT = "§ 1 Café “quoted” – 5 €"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)) == TEXT


def test_a_declared_encoding_is_believed_only_if_it_fits() -> None:
    assert decode("Договор".encode("koi8-r"), "koi8-r") == "Договор"
    assert decode("Café".encode(), "ascii") == "Café"
    assert decode(b"a", "no-such-encoding") == "a"
    assert decode(b"a", "hex") == "a"


def test_half_a_character_is_damage() -> None:
    with pytest.raises(DocumentMalformed):
        decode("ab".encode("utf-16")[:-1])


def test_form_feeds_are_pages_and_without_them_pages_are_estimated() -> None:
    found = read(b"one\ftwo\f")
    assert (list(found.pages), found.estimated) == (["one", "two"], False)
    found = read(b"word " * 2 * SYNTHETIC)
    assert len(found.pages) > 2
    assert found.estimated


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(DocumentUnsupported):
        read(bytes(range(256)) * 40)
    assert read(b"\x1b[1mbold\x1b[0m text").pages  # a terminal's log is one
