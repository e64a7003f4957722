"""Pages in parts: joined up to where the template says so, and readable as they come when compressed."""

from __future__ import annotations

import zlib

from markupsafe import Markup

from app.web.streaming import FLUSH, gzipped, in_parts


def test_pieces_are_joined_up_to_where_the_template_says_so() -> None:
    assert list(in_parts(["a", "b", FLUSH, "c", "d"])) == ["ab", "cd"]
    assert list(in_parts(["a"])) == ["a"]


def test_the_next_part_is_not_made_before_it_is_asked_for() -> None:
    def pieces() -> object:
        yield "head"
        yield FLUSH
        raise AssertionError("too early")

    assert next(in_parts(pieces())) == "head"  # type: ignore[arg-type]


def test_each_part_can_be_read_when_it_has_arrived() -> None:
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    read = [reader.decompress(part) for part in gzipped([b"head" * 500, b"tail"], 5)]
    assert read == [b"head" * 500, b"tail", b""]
    assert reader.eof


def test_nothing_that_is_escaped_can_be_the_mark() -> None:
    """The mark is compared with whole pieces: a text that holds it as a part stays a text."""
    assert list(in_parts([Markup("a\x00flush")])) == ["a\x00flush"]
