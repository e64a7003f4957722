"""What hosts that hold documents say of them, and the files themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.config import ConnectionSettings
from app.launch import Record
from app.net.door import Request, Response

Call = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a host says of a document without opening it. All of it is text of strangers."""

    record: Record  # its one name, in whatever form it was asked for; what is kept is kept under it
    name: str
    media_type: str = ""  # as the host believes
    etag: str = ""  # another one: something of it changed
    version: str = ""  # another one: its content changed
    web_url: str = ""  # where a person opens it
    size: int | None = None  # bytes
    modified_at: datetime | None = None
    modified_by: str = ""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A document's bytes, of the version that `facts` speaks of."""

    facts: DocumentFacts
    content: bytes = field(repr=False)


class ReadFacts(Protocol):
    """Ask for the facts of documents, with the token of whoever wants to know.

    `host_url` empty: the token is the connection's own. A record that is no document, or none that this token may
    see, is left out. Raises HostUnavailable (with what its Retry-After said), SessionExpired when the token is dead.
    """

    def __call__(
        self,
        call: Call,
        connection: ConnectionSettings,
        host_url: str,
        token: str,
        records: Sequence[Record],
        /,
    ) -> dict[Record, DocumentFacts]: ...


class ReadDocument(Protocol):
    """Get one document, of at most `max_bytes`.

    `host_url` empty: the token is the connection's own. Raises DocumentRefused (too large ...), Denied when it is not
    there for this token, HostUnavailable (with what its Retry-After said), SessionExpired when the token is dead.
    """

    def __call__(
        self,
        call: Call,
        connection: ConnectionSettings,
        host_url: str,
        token: str,
        record: Record,
        max_bytes: int,
        /,
    ) -> DocumentFile: ...
