"""A file is what it holds, whatever it is called."""

from __future__ import annotations

import pytest

from app.documents.refusals import (
    DocumentEncrypted,
    DocumentMalformed,
    DocumentOutdated,
    DocumentUnsupported,
)
from app.documents.sniff import DOCX, HTML, PDF, TEXT, sniff
from tests.documents.files import archive, docx, p, pdf

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf("a"), PDF),
        (b"\n\n" + pdf("a"), PDF),
        (docx(p("a")), DOCX),
        (b"<!DOCTYPE html><p>a", HTML),
        (b'\xef\xbb\xbf<?xml version="1.0"?><!-- x --> <HTML lang=en>', HTML),
        ("<html><p>a".encode("utf-16"), HTML),
        (b"if a <b then", TEXT),
        (b"<p>a fragment</p>", TEXT),
        (b"{}", TEXT),
    ],
)
@pytest.mark.parametrize("said", [("a.pdf", PDF), ("b.docx", DOCX), ("c.txt", "text/plain"), ("", "")])
def test_names_and_media_types_are_not_believed(content: bytes, kind: str, said: tuple[str, str]) -> None:
    assert sniff(content, *said) == kind


@pytest.mark.parametrize("said", [("a.HTM", ""), ("", "text/html; charset=utf-8"), ("x", "application/xhtml+xml")])
def test_a_fragment_is_html_only_if_something_says_so(said: tuple[str, str]) -> None:
    assert sniff(b"Hello <br>you", *said) == HTML
    assert sniff(b"if a < b", *said) == TEXT


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"\x89PNG\r\n\x1a\n", DocumentUnsupported),
        (b"{\\rtf1 hello}", DocumentUnsupported),
        (archive({"xl/workbook.xml": "", "[Content_Types].xml": ""}), DocumentUnsupported),
        (archive({"contract.pdf": pdf("a")}), DocumentUnsupported),
        (archive({}), DocumentUnsupported),
        (b"PK\x03\x04" + b"\0" * 50, DocumentMalformed),
        (OLD, DocumentUnsupported),
        (OLD + "WordDocument".encode("utf-16-le"), DocumentOutdated),
        (OLD + "EncryptedPackage".encode("utf-16-le"), DocumentEncrypted),
    ],
)
def test_what_cannot_be_read_is_told_by_its_kind(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        sniff(content, "contract.docx", DOCX)
