"""PDF files: the text layer, page by page, in the order in which it is drawn.

pypdf mends what it can, which is right for a sloppy writer and wrong for half a file: a contract of which the end is
missing must not be analysed as if nothing else were in it. So a file without its end is refused, and so is one with a
page that cannot be read.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable

from pypdf import PageObject, PdfReader, overwrite_configuration
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError
from pypdf.generic import DictionaryObject, PdfObject

from app.documents.limits import Limits
from app.documents.pages import Budget, Found
from app.documents.refusals import (
    DocumentEmpty,
    DocumentEncrypted,
    DocumentMalformed,
    DocumentScanned,
)
from app.errors import DocumentTooLarge

_END = b"%%EOF"
_TAIL = 2048  # bytes; ISO 32000-2 asks for the mark at the end, readers look for it in the last 1024
_FEW = 40  # letters and digits: a stamp or a page number, not the text of a page


def read(content: bytes, limits: Limits, budget: Budget, on_progress: Callable[[int, int], None]) -> Found:
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells all that it mends; nobody listens
    overwrite_configuration(jbig2dec_binary=None)  # no other program is started
    if _END not in content.rstrip(b"\0\r\n\t ")[-_TAIL:]:
        raise DocumentMalformed(reason="pdf-end-missing")
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentEncrypted(reason="pdf-password")
        total = len(reader.pages)
    except LimitReachedError as error:
        raise DocumentTooLarge(reason="pdf-limit") from error
    except (DependencyError, FileNotDecryptedError, NotImplementedError) as error:
        raise DocumentEncrypted(reason="pdf-encryption") from error
    if total > limits.pages:
        raise DocumentTooLarge(reason="pages")
    on_progress(0, total)
    texts, pictures = [], 0
    for number in range(total):
        page = reader.pages[number]
        text = budget.take(_text(page))
        pictures += _is_picture(page, text)
        texts.append(text)
        on_progress(number + 1, total)
    if not any(map(str.strip, texts)) and not pictures:
        raise DocumentEmpty(reason="pdf-blank")
    if pictures * 2 > total:
        raise DocumentScanned(reason=f"pictures: {pictures} of {total}")
    return Found(texts)


def _text(page: PageObject) -> str:
    try:
        return page.extract_text()
    except LimitReachedError as error:
        raise DocumentTooLarge(reason="pdf-limit") from error


def _is_picture(page: PageObject, text: str) -> bool:
    """Something is drawn, and it is not text: a scan, at most with a stamp on it, or letters drawn as shapes."""
    written = sum(map(str.isalnum, text))
    if written >= _FEW:
        return False
    if _has_image(page.get("/Resources"), depth=2):
        return True
    if written:
        return False
    drawn = page.get_contents()
    return (
        drawn is not None
        and re.search(rb"(?:^|\s)(?:f\*?|F|S|s|B\*?|b\*?|Do|EI|sh)(?:\s|$)", drawn.get_data()) is not None
    )


def _has_image(resources: object, depth: int) -> bool:
    drawn = _dictionary(_dictionary(resources).get("/XObject")) if depth else {}
    return any(
        each.get("/Subtype") == "/Image" or _has_image(each.get("/Resources"), depth - 1)
        for each in map(_dictionary, drawn.values())
    )


def _dictionary(value: object) -> DictionaryObject:
    found = value.get_object() if isinstance(value, PdfObject) else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()
