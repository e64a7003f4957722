"""Why a file is not read: for each cause its code, and what the file's owner can do about it.

`reason` (for the audit) says more: which limit was met, which signal ended the process.
"""

from __future__ import annotations

from app.errors import DocumentRefused, DocumentTooLarge


class DocumentUnsupported(DocumentRefused):
    code, status = "document-unsupported", 415
    title = "This kind of file cannot be read. Save it as PDF, Word (.docx), plain text or HTML."


class DocumentOutdated(DocumentRefused):
    code, status = "document-outdated", 415
    title = "This is a Word file of the old format (.doc). Open it in Word and save it as .docx or PDF."


class DocumentEncrypted(DocumentRefused):
    code = "document-encrypted"
    title = "This document is protected by a password or by rights management. Save a copy without the protection."


class DocumentScanned(DocumentRefused):
    code = "document-scanned"
    title = "This document holds pictures of text, not text. Run text recognition (OCR) on it and save the result."


class DocumentEmpty(DocumentRefused):
    code = "document-empty"
    title = "There is no text in this document."


class DocumentMalformed(DocumentRefused):
    code = "document-malformed"
    title = "This file is damaged or incomplete. Upload it again, or open it in its own program and save it anew."


class DocumentTooLong(DocumentRefused):
    code = "document-too-long"
    title = "Reading this document takes too long. Split it, or print it to a new PDF and use that."


CAUSES = (
    DocumentUnsupported, DocumentOutdated, DocumentEncrypted, DocumentScanned,
    DocumentEmpty, DocumentMalformed, DocumentTooLarge, DocumentTooLong,
)  # fmt: skip
BY_CODE: dict[str, type[DocumentRefused]] = {cause.code: cause for cause in CAUSES}
