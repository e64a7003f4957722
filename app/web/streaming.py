"""Pages that leave in two parts: what is known at once, then what has to be asked for.

A browser makes a process for a frame of another site, which takes it longer than our answer: so it is given the
page's head while we still ask.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from markupsafe import Markup

FLUSH = Markup("\x00flush")  # a template writes it where its first part ends; no text of ours or others holds it


def in_parts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces of a rendering, joined but for where the template says `FLUSH`."""
    held: list[str] = []
    for piece in pieces:
        if piece == FLUSH:
            yield "".join(held)
            held = []
        else:
            held.append(piece)
    yield "".join(held)


def gzipped(parts: Iterable[bytes], level: int) -> Iterator[bytes]:
    """One gzip stream, of which each part can be read as soon as it has arrived (RFC 1952)."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for part in parts:
        yield compressor.compress(part) + compressor.flush(zlib.Z_SYNC_FLUSH)
    yield compressor.flush()
