"""What is wrong with a batch: the first rows in detail, the rest by their number."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.errors import BadRequest

SHOWN = 20


@dataclass(frozen=True, slots=True)
class WrongRow:
    """One row. `line` counts from 1; what is wrong never quotes the value."""

    line: int
    field: str
    problem: str


class BatchRefused(BadRequest):
    """A batch of which nothing was applied."""

    code, status, title = "import-refused", 422, "The batch was refused as a whole; nothing of it was applied."

    def __init__(self, detail: str = "", *, reason: str = "", wrong: Wrongs | None = None) -> None:
        super().__init__(detail, reason=reason)
        self.wrong = wrong or Wrongs()


class BatchTaken(BadRequest):
    """The id is another batch's: 409."""

    code, status = "batch-taken", 409
    title = "This batch id was used for other rows. Send them under an id of their own."


class BatchTooLarge(BadRequest):
    """More rows, or bytes, than one batch may have: 413."""

    code, status, title = "too-large", 413, "The batch is too large."


class BatchCut(BadRequest):
    """The connection broke before the body's end: 400."""

    code, status = "batch-cut", 400
    title = "The body ended early; nothing of it was applied. Send the batch again."


class LengthNeeded(BadRequest):
    """A server cannot tell the end of a body that comes in pieces from a connection that was cut."""

    code, status = "length-needed", 411
    title = "Nothing tells where this body ends. Send Content-Length, or gzip, or rows= with the number of its rows."


@dataclass(slots=True)
class Wrongs:
    """Rows that are wrong, as they are found."""

    first: list[WrongRow] = field(default_factory=list)
    rows: int = 0
    _last: int = 0

    def add(self, row: WrongRow) -> None:
        """Count a wrong row; the first ones are kept in words."""
        if row.line != self._last:
            self._last = row.line
            self.rows += 1
        if len(self.first) < SHOWN:
            self.first.append(row)
