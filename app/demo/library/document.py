"""A document of the library as it stands, and what it is called wherever it is named."""

from __future__ import annotations

import base64
import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SITE, WEB, LIST = (
    uuid.UUID("b1f6f0a4-6f6e-4a3e-9a53-0d7c1c8f2e01"),
    uuid.UUID("b1f6f0a4-6f6e-4a3e-9a53-0d7c1c8f2e02"),
    uuid.UUID("b1f6f0a4-6f6e-4a3e-9a53-0d7c1c8f2e03"),
)
DRIVE = "b!" + base64.urlsafe_b64encode(b"".join(each.bytes_le for each in (SITE, WEB, LIST))).decode()
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
READABLE = {
    ".pdf": "application/pdf",
    ".docx": WORD,
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it stands now. `version` counts contents from 1."""

    id: str
    unique: uuid.UUID
    row: int
    name: str
    path: Path
    version: int
    size: int
    modified: float
    by: str
    confidential: bool
    seen: tuple[int, int] = (0, 0)  # the file's time and size, by which a change made outside is noticed

    @property
    def suffix(self) -> str:
        """What kind of file its name says that it is."""
        return Path(self.name).suffix.lower()

    @property
    def media_type(self) -> str:
        """The same, as HTTP says it."""
        return READABLE[self.suffix]

    @property
    def etag(self) -> str:
        """Another whenever anything of the item changed, as SharePoint writes it."""
        return f'"{{{str(self.unique).upper()}}},{self.version + 1}"'

    @property
    def ctag(self) -> str:
        """Another only when the content changed."""
        return f'"c:{{{str(self.unique).upper()}}},{self.version}"'

    @property
    def record(self) -> str:
        """As panels name it: drive and item."""
        return f"driveItem/{DRIVE}:{self.id}"

    @property
    def modified_iso(self) -> str:
        """When it was last changed, in UTC, as Graph writes moments."""
        return datetime.fromtimestamp(self.modified, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def first_version(name: str, path: Path, row: int, *, confidential: bool) -> Document:
    """A file as a document, with the same ids each time for the same name. Raises OSError."""
    digest = hashlib.sha256(name.encode()).digest()
    stat = path.stat()
    return Document(
        id="01" + base64.b32encode(digest[:20]).decode(),
        unique=uuid.UUID(bytes=digest[:16], version=4),
        row=row,
        name=name,
        path=path,
        version=1,
        size=stat.st_size,
        modified=stat.st_mtime,
        by="Dana Park",
        confidential=confidential,
        seen=seen_of(path),
    )


def seen_of(path: Path) -> tuple[int, int]:
    """The file's time and size; zeros while it is not there."""
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)  # away for now; what is known of it stands
    return (stat.st_mtime_ns, stat.st_size)
