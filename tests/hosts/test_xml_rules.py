"""Order and words of XML elements."""

from __future__ import annotations

from lxml import etree

from app.hosts._xml_rules import one_of, ordered


def test_order() -> None:
    root = etree.fromstring("<a>\n<b/>\n<!-- words -->\n<d/>\n<c/>\n<x/>\n</a>")
    said = [(each.line, each.what) for each in ordered("f", root, ("b", "c", "d", "e"), {"e"})]
    assert said == [
        (5, "<c> comes after <d>."),
        (6, "<x> is not known in <a>."),
        (1, "<a> has no <e>."),
    ]


def test_words() -> None:
    root = etree.fromstring('<a b="c"/>')
    assert list(one_of("f", root, "b", {"c"})) == []
    [wrong] = one_of("f", root, "b", {"d"})
    assert (wrong.what, wrong.mend) == ("b of <a> is 'c'.", "Use one of: d.")
