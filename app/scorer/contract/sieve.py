"""Many patterns against many lines: a pattern is only tried where the words that it cannot do without are found.

Patterns are RE2's: matched in linear time whatever they are, so no playbook and no document can hang the core. What
each cannot do without is found in one pass over a line, at a fiftieth of the price of trying them all:
https://github.com/google/re2/blob/main/re2/filtered_re2.h
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import re2

MAX_MEMORY = 2 << 20  # bytes of what each pattern has learned of texts; then it starts anew


def compile_pattern(pattern: str) -> Any:
    """Raises re2.error."""
    return re2.compile(_as_line(pattern), _options())


class Sieve:
    """Patterns by the text that they were written as. For all threads."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Raises re2.error."""
        self._written = list(patterns)
        self._filter = re2.Filter()
        for written in self._written:
            self._filter.Add(_as_line(written), _options())
        if self._written:  # a filter of nothing cannot be compiled, nor asked
            self._filter.Compile()
        self._compiled = {written: self._filter.re(index) for index, written in enumerate(self._written)}

    def candidates(self, line: bytes) -> list[str]:
        """Those that may match in the line; no other does."""
        found = self._filter.Match(line, potential=True) if self._written else None
        return [self._written[index] for index in found or ()]

    def matches(self, written: str, line: bytes) -> bool:
        """Whether this one does. Case does not matter."""
        return self._compiled[written].search(line) is not None


def _as_line(pattern: str) -> bytes:
    return f"(?m){pattern}".encode()


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.never_nl = True  # a match never leaves its clause
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    return options
