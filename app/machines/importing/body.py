"""A body as lines, however large it is: unpacked, counted, hashed, and never held as a whole."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator

from app.machines.importing.wrong import BatchCut, BatchRefused, BatchTooLarge

STEP = 64 * 1024
MAX_BYTES = 512 * 1024 * 1024  # unpacked
MAX_LINE = 64 * 1024
MAX_LINES = 1_000_000  # ten for each row that there may be: of a CSV's cells with several, and empty ones
_GZIP = 31  # zlib's word for a gzip stream

Read = Callable[[int], bytes]


class Body:
    """The lines of a body that is read in steps. `content_hash` is of all that was read so far, unpacked."""

    def __init__(self, read: Read, *, gzipped: bool) -> None:
        self._read, self._gzipped = read, gzipped
        self._hash, self._bytes = hashlib.sha256(), 0

    @property
    def content_hash(self) -> str:
        """SHA-256 in hex of what was read so far, unpacked."""
        return self._hash.hexdigest()

    def drain(self) -> None:
        """Read the rest, for its hash. Raises as `lines` does."""
        for _ in self._pieces():
            pass

    def lines(self) -> Iterator[bytes]:
        """Each line without its end. Raises BatchTooLarge, BatchCut, BatchRefused."""
        rest, left = b"", MAX_LINES
        for piece in self._pieces():
            *whole, rest = (rest + piece).split(b"\n")
            if (left := left - len(whole)) < 0:
                raise BatchTooLarge(f"The rows are on more than {MAX_LINES:,} lines. Send them as several batches.")
            for each in whole:
                bounded(len(each))
                yield each
            bounded(len(rest))
        if rest:
            yield rest

    def _pieces(self) -> Iterator[bytes]:
        for piece in _unpacked(self._read) if self._gzipped else iter(lambda: self._read(STEP), b""):
            self._bytes += len(piece)
            if self._bytes > MAX_BYTES:
                raise BatchTooLarge(f"The rows are more than {MAX_BYTES // 2**20} MB. Send them as several batches.")
            self._hash.update(piece)
            yield piece


def bounded(length: int) -> None:
    """Raises BatchTooLarge for a row of so many bytes."""
    if length > MAX_LINE:
        raise BatchTooLarge(f"A row is longer than {MAX_LINE // 1024} KB.")


def _unpacked(read: Read) -> Iterator[bytes]:
    """Pieces of at most one step, whatever they are packed in: a bomb goes off in bounded pieces, which are counted."""
    packed, unpacker = b"", zlib.decompressobj(_GZIP)
    try:
        while True:
            packed = packed or read(STEP)
            if not packed:
                break
            if unpacker.eof:  # one stream after another is one body: RFC 1952, section 2.2
                unpacker = zlib.decompressobj(_GZIP)
            yield unpacker.decompress(packed, STEP)
            packed = unpacker.unconsumed_tail or unpacker.unused_data
        yield unpacker.flush()
    except zlib.error as error:
        raise BatchRefused("The body is not gzip, as Content-Encoding says.", reason="gzip-broken") from error
    if not unpacker.eof:
        raise BatchCut(reason="gzip-cut")
