"""What is read once for many starts, compiled templates and TOML: beside what Python compiles, and by its rules.

To compile all templates was two fifths of a start, to read the stories a twentieth. What was made lies in this room's
`__pycache__` (or below `PYTHONPYCACHEPREFIX`), is written only where Python would write, and is read only if the same
code made it of the same text. Where nothing can be written, everything is made anew at every start.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import sys
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import BaseLoader, BytecodeCache, Environment, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_WORDS_APART = re.compile(r"(?<=[^\s>])\s*\n\s*(?=[^\s<])")
_LINE_BREAK = re.compile(r"\s*\n\s*")
_SEAL = hashlib.sha256().digest_size


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
    """What was compiled, in files. Fails open: what cannot be read is made anew, what cannot be written is not kept."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` stands for Python's own."""
        self._folder = folder or Path(cache_from_source(__file__)).parent

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if what is kept was made of the text that it asks for."""
        try:
            bucket.bytecode_from_string(self._path("template", bucket.key).read_bytes())
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._write(self._path("template", bucket.key), bucket.bytecode_to_string())

    def toml(self, file: Path) -> dict[str, Any]:
        """What a file of TOML says. Raises ValueError where it is none, RecursionError, OSError."""
        text = file.read_text("utf-8")
        path = self._path("toml", hashlib.sha256(str(file).encode()).hexdigest()[:40])
        made_of = self.get_source_checksum(text).encode()
        kept = b""
        with suppress(OSError):
            kept = path.read_bytes()
        seal, content = kept[:_SEAL], kept[_SEAL:]
        if seal == hashlib.sha256(made_of + content).digest():
            found: dict[str, Any] = pickle.loads(content)  # noqa: S301 as much ours as what Python keeps there
            return found
        found = tomllib.loads(text)
        content = pickle.dumps(found)
        self._write(path, hashlib.sha256(made_of + content).digest() + content)
        return found

    def get_source_checksum(self, source: str) -> str:
        """Of the text, and of what compiles it."""
        return hashlib.sha256(source.encode() + _compiler()).hexdigest()

    def _path(self, kind: str, key: str) -> Path:
        return self._folder / f"{kind}-{key}.{sys.implementation.cache_tag}"

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        """Whoever reads meanwhile finds all of it or nothing."""
        if sys.dont_write_bytecode:
            return
        fresh = path.with_suffix(f".{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(content)
            fresh.replace(path)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)


class Remembered(BytecodeCache):
    """The same in a process alone, for whoever makes environment after environment of the same templates. Jinja
    compares their text."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket with what was compiled under its key."""
        if kept := self._kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


@cache
def _compiler() -> bytes:
    """Python's bytecode, Jinja and this module: another of any makes another template."""
    return MAGIC_NUMBER + jinja2.__version__.encode() + Path(__file__).read_bytes()
