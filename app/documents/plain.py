"""Plain text: which encoding it is in, and its pages."""

from __future__ import annotations

import codecs
import re

from app.documents.pages import Found, cut, found
from app.documents.refusals import DocumentMalformed, DocumentUnsupported

# Longest first: UTF-32's mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(content: bytes, declared: str = "") -> str:
    """By its mark, else as declared, else UTF-8, else UTF-16 by its pattern of zeros, else Windows-1252."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], encoding)
    for encoding in (declared, "utf-8"):
        try:
            text = content.decode(encoding) if encoding else "\0"
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
        if "\0" not in text:
            return text
    zeros = content[:4096:2].count(0), content[1:4096:2].count(0)
    if max(zeros) > len(content[:4096]) // 4 and len(content) % 2 == 0:
        return _strictly(content, "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")
    return content.decode("cp1252", errors="replace")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentMalformed(reason=f"not-{encoding}") from error


def read(content: bytes) -> Found:
    """Form feeds are page ends, as printers have it; without them pages are estimated. Raises
    DocumentUnsupported for what is not text."""
    text = decode(content)
    if len(_CONTROLS.findall(text[:65536])) > len(text[:65536]) // 200:
        raise DocumentUnsupported(reason="not-text")
    pages = text.rstrip("\f").split("\f")
    return found(pages) if len(pages) > 1 else found(cut(text), estimated=True)
