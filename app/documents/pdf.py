"""PDF files: the text layer, page by page, in the order in which it is drawn.

pypdf mends what it can, which is right for a sloppy writer and wrong for half a file: a contract of which the end is
missing must not be analysed as if nothing else were in it. So a file without its end is refused, and so is one with a
page that cannot be read.
"""

from __future__ import annotations

import io
import logging
import re

from pypdf import PageObject, PdfReader, overwrite_configuration
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject

from app.documents.limits import Limits
from app.documents.pages import Budget, Count, Found, clean
from app.documents.refusals import (
    DocumentEmpty,
    DocumentEncrypted,
    DocumentMalformed,
    DocumentScanned,
)
from app.documents.weight import weight_of
from app.errors import DocumentTooLarge

_END = b"%%EOF"
_TAIL = 2048  # bytes; ISO 32000-2 asks for the mark at the end, readers look for it in the last 1024
_HIDDEN = 0x2 | 0x20  # ISO 32000-2 table 167: Hidden, NoView
_UNKNOWN = re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")  # private use: a font's own numbers
_FEW = 40  # letters and digits: a stamp or a page number, not the text of a page


def read(content: bytes, limits: Limits, budget: Budget, on_progress: Count) -> Found:
    """The text of each page, as it is drawn. Raises DocumentRefused."""
    overwrite_configuration(jbig2dec_binary=None)  # no other program is started
    with _Damage() as damage:
        return _read(content, limits, budget, on_progress, damage)


class _Damage(logging.Handler):
    """Listens to what pypdf says that it mends. A stream that does not unpack has lost text that nobody would miss."""

    seen = False

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "pypdf.filters" and record.getMessage().startswith("Error -"):  # zlib's own words
            self.seen = True

    def __enter__(self) -> _Damage:
        logger = logging.getLogger("pypdf")
        logger.addHandler(self)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
        return self

    def __exit__(self, *exception: object) -> None:
        logging.getLogger("pypdf").removeHandler(self)


def _read(content: bytes, limits: Limits, budget: Budget, on_progress: Count, damage: _Damage) -> Found:
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
    weights = [weight_of(page) for page in reader.pages]
    weight, read = sum(weights), 0.0
    on_progress(0, total, read, weight)
    texts, pictures = [], 0
    for number in range(total):
        page = reader.pages[number]
        text = clean(budget.take(f"{_text(page)}\n{_filled_in(page)}"))
        if damage.seen:
            raise DocumentMalformed(reason=f"pdf-stream: page {number + 1}")
        pictures += _is_picture(page, text)
        texts.append(text)
        read += weights[number]
        on_progress(number + 1, total, min(read, weight), weight)
    if not any(map(str.strip, texts)) and not pictures:
        raise DocumentEmpty(reason="pdf-blank")
    if pictures * 2 > total:
        raise DocumentScanned(reason=f"pictures: {pictures} of {total}")
    if _is_gibberish("".join(texts)):
        raise DocumentScanned(reason="letters-unknown")
    return Found(texts)


def _text(page: PageObject) -> str:
    try:
        return page.extract_text()
    except LimitReachedError as error:
        raise DocumentTooLarge(reason="pdf-limit") from error


def _filled_in(page: PageObject) -> str:
    """What somebody wrote into the page's form fields, line by line: the page itself only draws their frames."""
    values = []
    for each in _array(page.get("/Annots")):
        field = _dictionary(each)
        above = _dictionary(field.get("/Parent"))
        kind, value = (field.get(key, above.get(key)) for key in ("/FT", "/V"))
        if field.get("/Subtype") == "/Widget" and kind == "/Tx" and not _number(field.get("/F")) & _HIDDEN:
            values.append(str(value.get_object()) if isinstance(value, PdfObject) else "")
    return "\n".join(filter(None, values))


def _is_gibberish(text: str) -> bool:
    """The file draws letters without saying which they are: only recognition of the picture can tell."""
    return len(_UNKNOWN.findall(text)) * 3 > len(text)


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


def _array(value: object) -> ArrayObject:
    found = value.get_object() if isinstance(value, PdfObject) else None
    return found if isinstance(found, ArrayObject) else ArrayObject()


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _dictionary(value: object) -> DictionaryObject:
    found = value.get_object() if isinstance(value, PdfObject) else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()
