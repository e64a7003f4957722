"""Where a quote stands in a text, however either of them is broken into lines.

White space is ignored, and typographic quotation marks and dashes are equal to plain ones: a word processor changes
them by itself. Everything else has to be the same, letter by letter. Offsets are of the text as it was given.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice

from app.documents.document import Document

Span = tuple[int, int]  # start and end in characters; the end is exclusive

_PLAIN = str.maketrans("‘’‚‛′“”„‟″«»‐‑‒–—―−", '\'\'\'\'\'"""""""-------')  # one for one: offsets stay
_WORD = re.compile(r"\S+")
_LONG = 24  # characters; a quote of that many that is found within words is no accident but lost spaces
_MOST = 2_000  # occurrences that are compared; what stands there more often is no quote


class Quotes:
    """A text made ready for many quotes: one pass over it, then a search without white space for each."""

    def __init__(self, text: str) -> None:
        self._text = text
        pieces: list[str] = []
        self._starts: list[int] = []  # of each word in the text
        self._places: list[int] = []  # and in the squeezed text
        place = 0
        for word in _WORD.finditer(text):
            pieces.append(word[0])
            self._starts.append(word.start())
            self._places.append(place)
            place += len(word[0])
        self._squeezed = "".join(pieces).translate(_PLAIN)

    def find(self, quote: str, near: int = 0) -> Span | None:
        """The occurrence that starts nearest to `near` (an offset); None when there is none.

        It begins and ends where words do, if there is such a one; a short quote is found only so, because `art` is
        no quote of `party`.
        """
        squeezed = "".join(quote.split()).translate(_PLAIN)
        if not squeezed:
            return None
        spans = list(islice(self._spans(squeezed), _MOST))
        whole = [span for span in spans if self._ends_with_words(span)]
        found = whole or (spans if len(squeezed) >= _LONG else [])
        return min(found, key=lambda span: abs(span[0] - near), default=None)

    def _spans(self, squeezed: str) -> Iterator[Span]:
        at = self._squeezed.find(squeezed)
        while at >= 0:
            yield self._offset(at), self._offset(at + len(squeezed) - 1) + 1
            at = self._squeezed.find(squeezed, at + len(squeezed))

    def _offset(self, place: int) -> int:
        word = bisect_right(self._places, place) - 1
        return self._starts[word] + place - self._places[word]

    def _ends_with_words(self, span: Span) -> bool:
        start, end = span
        text = self._text
        cut_before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
        cut_after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
        return not (cut_before or cut_after)


def find(text: str, quote: str, near: int = 0) -> Span | None:
    """`Quotes(text).find(...)`, for one quote."""
    return Quotes(text).find(quote, near)


def standing(text: str, quotes: Iterable[str]) -> list[Span | None]:
    """For each quote of an earlier version, where it still stands in this text, or None."""
    ready = Quotes(text)
    return [ready.find(quote) for quote in quotes]


def locate(document: Document, start: int) -> int:
    """The number of the page that this offset is on; what is between two pages belongs to the earlier one."""
    return max(bisect_right([page.start for page in document.pages], start), 1)
