"""A small, strict SOQL, and nothing else:

SELECT .. FROM Type [WHERE Id = '..' | Id > '..' | Id IN ('..')] [ORDER BY Id] [LIMIT n]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

MAX_IDS = 200
_TOKEN = re.compile(r"\s*(?:([A-Za-z][A-Za-z0-9_]*)|'([A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?)'|(\d{1,4})|([(),=>]))")


class MalformedQueryError(Exception):
    """The text is not in the language; the message names the place."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a query says. `after` is an id, or empty."""

    fields: tuple[str, ...]
    type: str
    ids: tuple[str, ...] | None = None  # None: no condition
    limit: int = 2000
    after: str = ""  # only ids behind this one
    in_order: bool = False  # of their ids


def parse(text: str) -> Query:
    """Read a query. Raises MalformedQueryError with the place of the first thing that does not fit."""
    return _Reader(text).query()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at = text.strip(), 0

    def query(self) -> Query:
        self._word("SELECT")
        fields = [self._name()]
        while self._take(","):
            fields.append(self._name())
        self._word("FROM")
        query = Query(tuple(fields), self._name())
        if self._peek_word("WHERE"):
            ids, after = self._condition()
            query = replace(query, ids=ids, after=after)
        if self._peek_word("ORDER"):
            self._word("BY")
            self._word("Id")
            query = replace(query, in_order=True)
        if self._peek_word("LIMIT"):
            query = replace(query, limit=int(self._next(3, "a number")))
        if self._at != len(self._text):
            raise self._unexpected("the end")
        return query

    def _condition(self) -> tuple[tuple[str, ...] | None, str]:
        """The ids that are asked for, or the one behind which they lie."""
        self._word("Id")
        if self._take("="):
            return (self._next(2, "a quoted id"),), ""
        if self._take(">"):
            return None, self._next(2, "a quoted id")
        self._word("IN")
        self._expect("(")
        ids = [self._next(2, "a quoted id")]
        while self._take(","):
            ids.append(self._next(2, "a quoted id"))
        self._expect(")")
        if len(ids) > MAX_IDS:
            raise MalformedQueryError(f"at most {MAX_IDS} ids, not {len(ids)}")
        return tuple(ids), ""

    def _match(self) -> re.Match[str] | None:
        return _TOKEN.match(self._text, self._at)

    def _next(self, group: int, what: str) -> str:
        found = self._match()
        if found is None or found[group] is None:
            raise self._unexpected(what)
        self._at = found.end()
        return found[group]

    def _name(self) -> str:
        return self._next(1, "a name")

    def _word(self, word: str) -> None:
        if not self._peek_word(word):
            raise self._unexpected(word)

    def _peek_word(self, word: str) -> bool:
        found = self._match()
        if found is None or (found[1] or "").upper() != word.upper():
            return False
        self._at = found.end()
        return True

    def _take(self, sign: str) -> bool:
        found = self._match()
        if found is None or found[4] != sign:
            return False
        self._at = found.end()
        return True

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise self._unexpected(sign)

    def _unexpected(self, wanted: str) -> MalformedQueryError:
        near = self._text[self._at : self._at + 20].strip() or "the end"
        return MalformedQueryError(f"expected {wanted} at column {self._at + 1}, near {near!r}")
