"""A body as lines: bounded, hashed as it came, and never believed to be whole when it is not."""

from __future__ import annotations

import gzip
import hashlib
import io
import tracemalloc

import pytest

from app.machines.importing.body import MAX_LINE, MAX_LINES, Body
from app.machines.importing.wrong import BatchCut, BatchRefused, BatchTooLarge

TEXT = b"".join(b"line %d\n" % n for n in range(50_000))


def lines(content: bytes, *, gzipped: bool = False) -> tuple[list[bytes], str]:
    body = Body(io.BytesIO(content).read, gzipped=gzipped)
    return list(body.lines()), body.content_hash


def test_lines_and_hash_are_of_what_was_packed() -> None:
    plain, packed = lines(TEXT), lines(gzip.compress(TEXT), gzipped=True)
    assert plain == packed
    assert plain == (TEXT.split(b"\n")[:-1], hashlib.sha256(TEXT).hexdigest())
    assert lines(b"a\nb")[0] == [b"a", b"b"]
    assert lines(b"")[0] == []


def test_several_streams_are_one_body() -> None:
    assert lines(gzip.compress(b"a\n") + gzip.compress(b"b\n"), gzipped=True)[0] == [b"a", b"b"]


@pytest.mark.parametrize("cut", [1, 9, 5_000])
def test_a_cut_stream_is_no_whole_one(cut: int) -> None:
    with pytest.raises(BatchCut):
        lines(gzip.compress(TEXT)[:-cut], gzipped=True)


def test_what_is_not_packed_is_refused() -> None:
    with pytest.raises(BatchRefused):
        lines(b"plain text", gzipped=True)


def test_a_bomb_goes_off_in_small_pieces() -> None:
    bomb = gzip.compress(b"\0" * 100_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(BatchTooLarge):
            lines(bomb, gzipped=True)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_have_an_end_too(end: bytes) -> None:
    """Empty ones are no rows, so that nobody counts them: of half a megabyte that unpacks to 500, each costs its turn,
    and a thread was busy with them for a minute."""
    assert len(lines(gzip.compress(end * MAX_LINES), gzipped=True)[0]) == MAX_LINES
    with pytest.raises(BatchTooLarge):
        lines(gzip.compress(end * (MAX_LINES + 1)), gzipped=True)


def test_a_line_has_an_end() -> None:
    with pytest.raises(BatchTooLarge):
        lines(b"x" * (MAX_LINE + 1))


def test_a_bomb_of_line_ends_is_counted() -> None:
    """500 MB of empty rows are refused by their bytes, not held."""
    packed = b"".join(gzip.compress(b"\n" * 90_000_000, 1) for _ in range(6))
    with pytest.raises(BatchTooLarge):
        Body(io.BytesIO(packed).read, gzipped=True).drain()
