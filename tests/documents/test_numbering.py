"""Numbers of paragraphs, counted as the word processor counts them."""

from __future__ import annotations

import pytest
from lxml import etree

from app.documents.numbering import Numbering, numeral
from tests.documents.files import p, part


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (4, "decimal", "4"),
        (4, "decimalZero", "04"),
        (1994, "upperRoman", "MCMXCIV"),
        (4, "lowerRoman", "iv"),
        (2, "lowerLetter", "b"),
        (28, "upperLetter", "BB"),
        (0, "lowerLetter", "0"),
        (9999, "lowerRoman", "9999"),
        (11, "ordinal", "11th"),
        (22, "ordinal", "22nd"),
        (7, "none", ""),
        (7, "chicago", "7"),
    ],
)
def test_numerals(number: int, form: str, text: str) -> None:
    assert numeral(number, form) == text


def level(number: int, pattern: str, form: str = "decimal", more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{pattern}"/>{more}</w:lvl>'
    )


LEVELS = level(0, "Article %1", "upperRoman") + level(1, "%1.%2", more="<w:isLgl/>") + level(2, "(%3)", "lowerLetter")


def style(number: str) -> str:
    return f'<w:pStyle w:val="{number}"/>'


DEFINITIONS = "".join(
    f'<w:abstractNum w:abstractNumId="{number}">{levels}</w:abstractNum>'
    for number, levels in enumerate(
        (
            LEVELS,
            level(0, "-", "bullet"),
            '<w:numStyleLink w:val="Linked"/>',
            level(0, "%1.", more=style("Heading1")) + level(1, "%1.%2", more=style("Heading2")),
        )
    )
)
INSTANCES = "".join(
    f'<w:num w:numId="{number}"><w:abstractNumId w:val="{definition}"/>{more}</w:num>'
    for number, definition, more in (
        (1, 0, ""),
        (2, 0, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'),
        (3, 1, ""),
        (4, 2, ""),
        (5, 3, ""),
    )
)
STYLES = "".join(
    f'<w:style w:styleId="{name}">{more}</w:style>'
    for name, more in (
        ("Linked", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'),
        ("Heading1", '<w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr>'),
        ("Heading2", '<w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr>'),
        ("Child", '<w:basedOn w:val="Heading1"/>'),
        ("Loop", '<w:basedOn w:val="Loop"/>'),
    )
)


def labels(*paragraphs: str) -> list[str]:
    numbering = Numbering(
        etree.fromstring(part("numbering", DEFINITIONS + INSTANCES).encode()),
        etree.fromstring(part("styles", STYLES).encode()),
    )
    return [numbering.label(each) for each in etree.fromstring(part("body", "".join(paragraphs)).encode())]


def at(instance: int, depth: int = 0) -> str:
    return p("x", f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{instance}"/></w:numPr>')


def test_levels_count_and_start_anew_below_a_higher_one() -> None:
    assert labels(at(1), at(1, 1), at(1, 2), at(1, 2), at(1, 1), at(1, 2), at(1), at(1, 1)) == [
        "Article I", "1.1", "(a)", "(b)", "1.2", "(a)", "Article II", "2.1",
    ]  # fmt: skip


def test_a_level_that_was_skipped_counts_as_its_start() -> None:
    assert labels(at(1, 1), at(1, 1)) == ["1.1", "1.2"]


def test_instances_count_on_together_unless_one_starts_anew() -> None:
    assert labels(at(1), at(2), at(2), at(1)) == ["Article I", "Article VII", "Article VIII", "Article IX"]


def test_numbers_come_from_styles_their_bases_and_linked_definitions() -> None:
    one, two, child = (p("x", style(name)) for name in ("Heading1", "Heading2", "Child"))
    assert labels(one, two, two, child, two) == ["1.", "1.1", "1.2", "2.", "2.1"]
    assert labels(at(4), at(4)) == ["Article I", "Article II"]


def test_paragraphs_without_a_number() -> None:
    assert labels(p("x"), at(0), at(99), at(1, 8), at(3), p("x", style("Loop")), p("x", style("Nobody"))) == [
        "", "", "", "", "•", "", "",
    ]  # fmt: skip
