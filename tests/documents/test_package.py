"""A package's parts are found as its relations say, and never by opening more than is asked for."""

from __future__ import annotations

import pytest

from app.documents.limits import Limits
from app.documents.package import Package
from app.documents.refusals import DocumentMalformed, DocumentTooLarge
from tests.documents.files import archive, docx, p, part


def test_relations_are_names_of_parts() -> None:
    package = Package(docx(p("a"), header1=part("hdr", p("b"))), Limits())
    assert package.main() == "word/document.xml"
    assert package.relations(package.main()) == [("header", "word/header1.xml")]
    assert package.relations("word/header1.xml") == []
    assert package.tree("word/nowhere.xml") is None


@pytest.mark.parametrize("main", ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "<a>", "", "\0", "<a>" * 300])
def test_xml_that_is_not_plain_is_refused(main: str) -> None:
    with pytest.raises(DocumentMalformed):
        Package(docx(p(), {"word/document.xml": main}), Limits()).tree("word/document.xml")


def test_a_package_needs_a_main_part() -> None:
    with pytest.raises(DocumentMalformed):
        Package(archive({"a": "b"}), Limits()).main()


def test_an_entry_that_does_not_unpack_is_damage() -> None:
    content = docx(p("text") * 50)
    at = content.index(b"word/document.xml") + 60
    with pytest.raises(DocumentMalformed):
        Package(content[:at] + b"\xff" * 9 + content[at + 9 :], Limits()).tree("word/document.xml")


def test_xml_is_counted() -> None:
    with pytest.raises(DocumentTooLarge):
        Package(docx(p("text") * 50), Limits(characters=10)).main()
