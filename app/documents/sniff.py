"""What a file is, by its content. Its name and its declared media type only decide between text and HTML."""

from __future__ import annotations

import io
import re
import zipfile

from app.documents.refusals import DocumentEncrypted, DocumentMalformed, DocumentOutdated, DocumentUnsupported

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
TEXT = "text/plain"

_OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2: .doc, .xls, .msg, and encrypted .docx
_BINARY = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF", b"BM", b"\x7fELF", b"MZ", b"\x1f\x8b",
    b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"{\\rtf", b"%!PS", b"\x28\xb5\x2f\xfd", b"SQLite format",
)  # fmt: skip
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?>.*?-->)\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_TAG = re.compile(rb"<(?:p|div|table|h[1-6]|span|br|font|center|ul|ol)\b[^>]*>", re.I)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def sniff(content: bytes, name: str, media_type: str) -> str:
    """One of the four media types that we read. Raises DocumentUnsupported with what the file is instead."""
    head = content[:4096]
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(content)
    if head.startswith(_OLD_CONTAINER):
        raise _old(content)
    if head.startswith(_BINARY):
        raise DocumentUnsupported(reason="binary")
    if _looks_like_html(head, name, media_type):
        return HTML
    return TEXT


def _archive(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise DocumentMalformed(reason="zip-directory") from error
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return DOCX
    raise DocumentUnsupported(reason="zip")


def _old(content: bytes) -> Exception:
    """Stream names in a compound file are UTF-16; an encrypted or rights-managed package has these."""
    if any(name.encode("utf-16-le") in content for name in ("EncryptedPackage", "DRMEncryptedTransform")):
        return DocumentEncrypted(reason="encrypted-package")
    if "WordDocument".encode("utf-16-le") in content:
        return DocumentOutdated(reason="doc")
    return DocumentUnsupported(reason="compound-file")


def _looks_like_html(head: bytes, name: str, media_type: str) -> bool:
    """A fragment without a frame counts only if something says that it is one. UTF-16 is looked at without its NULs."""
    for mark in _MARKS:
        head = head.removeprefix(mark)
    head = head.replace(b"\0", b"")
    if _MARKUP.match(head):
        return True
    said = media_type.partition(";")[0].strip().lower() in {HTML, "application/xhtml+xml"}
    return (said or name.lower().endswith((".htm", ".html", ".xhtml"))) and _TAG.search(head) is not None
