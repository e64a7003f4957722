"""What templates are compiled to, and where that is kept: beside Python's own, and by the rules of those.

To compile all of them was two fifths of a start. What is kept lies in this room's `__pycache__` (or below
`PYTHONPYCACHEPREFIX`), is written only where Python would write, and is read only if it was made of the same text by
the same code. Where nothing can be written, everything is compiled at every start.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

import jinja2
from jinja2 import BaseLoader, BytecodeCache, Environment, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_WORDS_APART = re.compile(r"(?<=[^\s>])\s*\n\s*(?=[^\s<])")
_LINE_BREAK = re.compile(r"\s*\n\s*")


class _Tight(Extension):
    """Templates are written in lines and served without them: a line break beside a tag is nothing, between
    words a space. Works on tokens, so that errors keep their line numbers, and never on values."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        for token in stream:
            if token.type == "data":
                text = _LINE_BREAK.sub("", _WORDS_APART.sub(" ", str(token.value)))
                yield Token(token.lineno, token.type, text)
            else:
                yield token


def environment(loader: BaseLoader, *, watch: bool, kept: BytecodeCache | None) -> Environment:
    """How every template of ours is read. It stands here since what is kept depends on it."""
    made = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=watch,
        cache_size=-1,
        bytecode_cache=kept,
        extensions=[_Tight],
    )
    made.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    return made


class Kept(BytecodeCache):
    """Compiled templates in files. Fails open: what cannot be read is compiled, what cannot be written is not kept."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` stands for Python's own."""
        self._folder = folder or Path(cache_from_source(__file__)).parent

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if what is kept was made of the text that it asks for."""
        try:
            bucket.bytecode_from_string(self._path(bucket).read_bytes())
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled; whoever reads meanwhile finds all of it or nothing."""
        if sys.dont_write_bytecode:
            return
        path = self._path(bucket)
        fresh = path.with_suffix(f".{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(bucket.bytecode_to_string())
            fresh.replace(path)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)

    def get_source_checksum(self, source: str) -> str:
        """Of the text, and of what compiles it."""
        return hashlib.sha256(source.encode() + _compiler()).hexdigest()

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / f"template-{bucket.key}.{sys.implementation.cache_tag}"


@cache
def _compiler() -> bytes:
    """Python's bytecode, Jinja and this module: another of any makes another template."""
    return MAGIC_NUMBER + jinja2.__version__.encode() + Path(__file__).read_bytes()
