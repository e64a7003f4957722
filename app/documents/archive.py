"""An archive before anything of it is unpacked: how much it says it holds, and whether that can be true.

Python's zipfile never unpacks more of an entry than its directory says, and refuses entries that overlap; so it is
enough to add up what the directory says. Archives within archives are never opened.
"""

from __future__ import annotations

import io
import zipfile

from app.documents.limits import MB, Limits
from app.documents.refusals import DocumentEncrypted, DocumentMalformed
from app.errors import DocumentTooLarge

_ENCRYPTED = 0x1  # APPNOTE.TXT 4.4.4, bit 0


def check(content: bytes, limits: Limits) -> None:
    """Raises a DocumentRefused, or the archive may be unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise DocumentMalformed(reason="zip-directory") from error
    if len(entries) > limits.entries:
        raise DocumentTooLarge(reason="zip-entries")
    if len({entry.filename.lower() for entry in entries}) < len(entries):
        raise DocumentMalformed(reason="zip-duplicates")  # two programs would read two documents
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise DocumentEncrypted(reason="zip-encrypted")
    unzipped = sum(entry.file_size for entry in entries)
    if unzipped > limits.unzipped_mb * MB:
        raise DocumentTooLarge(reason="zip-size")
    if unzipped > 10 * MB and unzipped > limits.ratio * len(content):
        raise DocumentTooLarge(reason="zip-ratio")
