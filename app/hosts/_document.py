"""A document of a host's library as values: what is known of it, and its bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.launch import Record


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What the library says of a document, without its content. Everything in it is the host's text."""

    record: Record  # the one name that it keeps, by whichever name it was asked for
    name: str
    media_type: str
    etag: str  # changes with anything of it
    version: str  # changes with its content only
    web_url: str  # where a person opens it; empty unless it is an address of a page
    size: int  # bytes
    modified_at: str = ""  # ISO 8601, as the host writes it
    modified_by: str = ""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A document with its content, which is never kept."""

    facts: DocumentFacts
    content: bytes = field(repr=False)
