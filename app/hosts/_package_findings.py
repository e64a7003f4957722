"""What is wrong with a package: in which file, on which line, and its mend. And what no package may hold."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from lxml import etree

from app.config import ConnectionSettings, Secret

# Namespaces and schemas are names that look like addresses; nobody goes there.
_NAMES = re.compile(
    r"http://(?:www\.w3\.org|soap\.sforce\.com|schemas\.(?:microsoft|openxmlformats|xmlsoap)\.(?:com|org)|json-schema\.org)/"
)
_HTTP = re.compile(r"\bhttp://(?:\[[0-9a-fA-F:]+\]|[\w.-]+)(?::\d+)?")
_LOOPBACK = re.compile(r"http://(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?")
_SECRETS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    # between two braces, so that no text makes it run for long
    ("a private key", re.compile(r'(?:\A|[{}])(?=[^{}]*"kty"\s*:)[^{}]*("(?:d|k)")\s*:\s*"')),
    ("a signed token", re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}")),
    ("a cloud access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a webhook secret", re.compile(r"\bwhsec_[A-Za-z0-9+/=]{16,}")),
    ("a session id", re.compile(r"\b00D[0-9A-Za-z]{12,15}![\w.]{20,}")),
    ("a secret in an element", re.compile(r"<(\w*(?:[sS]ecret|[pP]assword))>\s*(?!true|false)[^<\s{][^<]{7,}</\1>")),
)
_NAMED = re.compile(
    r"""(?ix) \b \w{0,60} (?:secret|password|passwd|api_?key|access_?token|private_?key|shared_?key) \w{0,60}
    ["']? \s* [:=] \s* (?P<quote>["']) (?P<value>[^"'\s]{12,}) (?P=quote)"""
)
_ENTROPY = 3.3  # bits a character: words and references are below, keys above


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a host would not take, or nobody should hand out; a note is neither, but worth reading."""

    file: str
    line: int  # from 1; 0: the file as a whole
    what: str
    mend: str
    level: Literal["problem", "note"] = "problem"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{self.level}: {place}: {self.what} {self.mend}"


def scan(files: Mapping[str, bytes]) -> list[Finding]:
    """What holds for every package: its paths, well-formed files, no secret, no address without TLS."""
    found: list[Finding] = []
    for path, content in files.items():
        found += _paths(path)
        found += _forms(path, content)
        text = _text(content)
        for number, line in enumerate(text.splitlines(), 1):
            found += _addresses(path, number, line)
        found += _secrets(path, text)
    return found


def held(files: Mapping[str, bytes], connection: ConnectionSettings) -> list[Finding]:
    """The connection's own secrets, letter by letter."""
    return [
        Finding(
            path, content[: content.index(value)].count(b"\n") + 1, f"{name} of the connection is in it.", _TAKE_OUT
        )
        for name, value in _values(connection)
        for path, content in files.items()
        if value in content
    ]


def xml(path: str, content: bytes) -> tuple[etree._Element | None, list[Finding]]:
    """A document whose elements know their lines, or why it is none. Nothing outside of it is read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = (getattr(error, "lineno", 0) or 1) if isinstance(error, etree.XMLSyntaxError) else 1
        return None, [Finding(path, line, f"This is no well-formed XML: {error}.", "Close and nest every element.")]
    if b"<!DOCTYPE" in content:
        return None, [Finding(path, 1, "It has a document type.", "Take the DOCTYPE out.")]
    return root, []


def parsed_json(path: str, content: bytes) -> tuple[Any, list[Finding]]:
    """The value of a JSON file, or why it has none."""
    try:
        return json.loads(content), []
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        return None, [Finding(path, line, f"This is no JSON: {getattr(error, 'msg', error)}.", "Mend its syntax.")]


def line_at(element: etree._Element) -> int:
    """Where an element begins; its own stubs do not know."""
    found: Any = element.sourceline
    return int(found or 1)


def line_of(content: bytes, what: str | bytes) -> int:
    """The first line that holds it; 1 where none does."""
    at = content.find(what.encode() if isinstance(what, str) else what)
    return content[: max(at, 0)].count(b"\n") + 1


_TAKE_OUT = "Take it out, replace it where it is valid, and store it at the server only."


def _paths(path: str) -> Iterator[Finding]:
    parts = path.split("/")
    if path.startswith("/") or "\\" in path or {"", ".", ".."} & set(parts) or ":" in parts[0]:
        yield Finding(path, 0, "This path leads out of the package.", "Use relative paths without '..'.")
    if any((part.startswith(".") and part != ".rels") or part in {"__MACOSX", "Thumbs.db"} for part in parts):
        yield Finding(path, 0, "This file is no part of a package.", "Pack again without hidden files.")


def _forms(path: str, content: bytes) -> list[Finding]:
    if path.endswith((".xml", ".svg")):
        return xml(path, content)[1]
    return parsed_json(path, content)[1] if path.endswith(".json") else []


def _text(content: bytes) -> str:
    return "" if b"\0" in content[:4096] else content.decode("utf-8", "replace")


def _addresses(path: str, number: int, line: str) -> Iterator[Finding]:
    for match in _HTTP.finditer(_NAMES.sub("", line)):
        address = match[0]
        if _LOOPBACK.fullmatch(address):
            what = f"{address} is this machine only: nobody else's browser reaches it."
            yield Finding(path, number, what, "Build for a deployment with an https public_url.", "note")
        elif urlsplit(address).hostname:
            yield Finding(path, number, f"{address} is without TLS.", "Use an https address.")


def _secrets(path: str, text: str) -> Iterator[Finding]:
    for name, pattern in _SECRETS:
        for match in pattern.finditer(text):
            yield Finding(path, _line(text, match.start(match.lastindex or 0)), f"This looks like {name}.", _TAKE_OUT)
    for match in _NAMED.finditer(text):
        if _is_random(match["value"]):
            yield Finding(path, _line(text, match.start()), "This looks like a secret.", _TAKE_OUT)


def _line(text: str, at: int) -> int:
    return text[:at].count("\n") + 1


def _is_random(value: str) -> bool:
    """Whether a value is too disordered for a word, a name or a reference to where a secret is kept."""
    if value.startswith(("env:", "file:", "http://", "https://", "{", "<", "$")):
        return False
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in map(value.count, set(value)))
    return entropy > _ENTROPY and any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _values(connection: ConnectionSettings) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of every secret that a connection has, however deep."""
    for name in connection.__slots__:
        for secret in _within(getattr(connection, name)):
            yield name, secret.reveal_bytes()


def _within(value: Any) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _within(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _within(each)
