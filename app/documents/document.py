"""A document as text: what every parser ends in, and what a core is asked about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page stands in the text, in characters; `end` is exclusive. Numbers count from 1."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file. Pages follow each other with one form feed between them.

    `media_type` is what the file is, whatever its name said; `sha256` is of the file's bytes, in hex.
    With `estimated_pages` the file has no pages of its own, and the pages are pieces of about 3,000 characters.
    """

    name: str
    media_type: str
    sha256: str
    text: str
    pages: tuple[Page, ...]
    estimated_pages: bool = False
