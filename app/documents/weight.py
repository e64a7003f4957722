"""How heavy each page of a PDF is before it is read: what is drawn on it, as bytes, and a little for the page itself.

Pages of one document differ by ten times in what they take to read, and so do documents. What a page draws is known
beforehand at the price of unpacking it, a hundredth of what reading it costs. Only a share of time comes of it: what
cannot be unpacked counts as it lies there, and no file is refused here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import suppress

from pypdf import PageObject
from pypdf.generic import DictionaryObject, StreamObject

_PAGE = 1_700  # bytes drawn that take as long to read as a page without any
_USUAL = 14_000  # that and what a page of a contract draws: the weight of a usual page is 1
_MOST = 8_000_000  # bytes of one page that are unpacked


def weight_of(page: PageObject) -> float:
    """In usual pages. Never raises for what a file says of itself."""
    drawn = 0
    with suppress(Exception):  # the parser will say what is wrong, if anything is
        for stream in _drawn(page):
            drawn += _unpacked(stream, _MOST - drawn)
            if drawn >= _MOST:
                break
    return (_PAGE + drawn) / _USUAL


def _drawn(page: PageObject) -> Iterator[StreamObject]:
    """The page's own streams, and the forms that it may draw. What these draw in turn is not followed."""
    contents = page.get("/Contents")
    found = contents.get_object() if contents is not None else None
    for each in found if isinstance(found, list) else [found]:
        stream = each.get_object() if each is not None else None
        if isinstance(stream, StreamObject):
            yield stream
    resources = page.get("/Resources")
    forms = resources.get_object().get("/XObject") if resources is not None else None
    for each in forms.get_object().values() if forms is not None else ():
        form = each.get_object()
        if isinstance(form, StreamObject) and form.get("/Subtype") == "/Form":
            yield form


def _unpacked(stream: StreamObject, most: int) -> int:
    packed: bytes = stream._data  # not `get_data`: that keeps what it unpacks, without a limit of ours
    try:
        return len(zlib.decompressobj().decompress(packed, most)) if _is_flate(stream) else min(len(packed), most)
    except zlib.error:
        return min(len(packed), most)


def _is_flate(stream: DictionaryObject) -> bool:
    filters = stream.get("/Filter")
    return filters in ("/FlateDecode", ["/FlateDecode"])
