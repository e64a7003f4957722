"""What a page weighs is what is drawn on it, known before it is read; a file that lies about it only misleads a bar."""

from __future__ import annotations

import io
import zlib

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    NullObject,
    PdfObject,
)

from app.documents.weight import _MOST, _PAGE, _USUAL, weight_of

DRAWN = b"BT (Clause) Tj ET\n" * 1_000


def stream(drawn: bytes, **named: str) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(drawn)
    made.update({NameObject(f"/{name}"): NameObject(f"/{value}") for name, value in named.items()})
    return made


def packed(content: bytes) -> EncodedStreamObject:
    made = EncodedStreamObject()
    made._data = content
    made[NameObject("/Filter")] = NameObject("/FlateDecode")
    return made


def page(contents: PdfObject | None = None, *forms: PdfObject) -> PageObject:
    """As it comes out of a file."""
    writer, out = PdfWriter(), io.BytesIO()
    made = writer.add_blank_page(10, 10)
    if contents is not None:
        made[NameObject("/Contents")] = writer._add_object(contents)
    drawn = {NameObject(f"/F{n}"): writer._add_object(form) for n, form in enumerate(forms)}
    made[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): DictionaryObject(drawn)})
    writer.write(out)
    return PdfReader(out).pages[0]


def test_what_is_drawn_counts_unpacked_whether_it_lies_packed_or_not() -> None:
    expected = pytest.approx((_PAGE + len(DRAWN)) / _USUAL, rel=0.01)
    assert weight_of(page(stream(DRAWN))) == expected
    assert weight_of(page(packed(zlib.compress(DRAWN)))) == expected


def test_so_do_the_forms_that_a_page_may_draw_but_not_its_pictures() -> None:
    form, picture = stream(DRAWN, Subtype="Form"), stream(DRAWN * 9, Subtype="Image")
    assert weight_of(page(None, form, picture)) == pytest.approx((_PAGE + len(DRAWN)) / _USUAL, rel=0.01)


@pytest.mark.parametrize(
    "contents", [None, NullObject(), ArrayObject([NullObject()]), ArrayObject(), packed(b"no zlib"), packed(b"")]
)
def test_a_page_without_anything_weighs_a_little(contents: PdfObject | None) -> None:
    assert 0 < weight_of(page(contents)) < 0.2


def test_a_bomb_is_unpacked_only_so_far() -> None:
    bomb = packed(zlib.compress(bytes(_MOST * 3)))
    assert weight_of(page(bomb, stream(DRAWN, Subtype="Form"))) == (_PAGE + _MOST) / _USUAL
