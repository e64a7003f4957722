"""The kinds of values that a configuration holds: each reads one TOML value or says what is wrong with it."""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from limits import RateLimitItem, parse

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DEFAULT_PORTS = {"http": 80, "https": 443}
IMPORT = "import"  # in the place of a core's name: there is none, and scores are only imported
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class RefusedValueError(ValueError):
    """A value is refused. `inner` leads from the key to the place inside its value, if there is one."""

    def __init__(self, what: str, mend: str, inner: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.what, self.mend, self.inner = what, mend, inner


@dataclass(frozen=True, slots=True)
class Kind:
    """How one sort of value is read. `folder` is where the configuration lies, for relative paths."""

    example: Any
    read: Callable[[Any, Path], Any]


def expect(raw: Any, wanted: type, word: str, example: Any) -> None:
    """Refuse a value that TOML read as another type."""
    # bool is an int in Python; a port of `true` must not pass
    if not isinstance(raw, wanted) or (wanted is int and isinstance(raw, bool)):
        raise RefusedValueError(f"must be {word}, not {raw!r}.", f"Write it like {example!r}.")


def text(example: str = "text", pattern: str = "") -> Kind:
    """Any text, or one that matches a pattern as a whole."""

    def read(raw: Any, _: Path) -> str:
        expect(raw, str, "a text", example)
        if pattern and not re.fullmatch(pattern, raw):
            raise RefusedValueError(f"{raw!r} is not allowed here.", f"Write it like {example!r} (pattern {pattern}).")
        return str(raw)

    return Kind(example, read)


def integer(low: int, high: int, example: int = 1) -> Kind:
    """A whole number, both bounds included."""

    def read(raw: Any, _: Path) -> int:
        expect(raw, int, "a whole number", example)
        if not low <= raw <= high:
            raise RefusedValueError(f"{raw} is out of range.", f"Choose from {low} to {high}.")
        return int(raw)

    return Kind(example, read)


def _flag(raw: Any, _: Path) -> bool:
    expect(raw, bool, "true or false", True)
    return bool(raw)


def choice(*words: str) -> Kind:
    """One of these words."""

    def read(raw: Any, _: Path) -> str:
        if raw not in words:
            raise RefusedValueError(f"{raw!r} is not a choice.", f"Choose one of {', '.join(words)}.")
        return str(raw)

    return Kind(words[0], read)


def _duration(raw: Any, _: Path) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", raw) if isinstance(raw, str) else None
    if match is None:
        raise RefusedValueError(
            f"{raw!r} is not a duration.", 'Write a number and a unit: "150ms", "10s", "15m", "1h", "7d".'
        )
    return float(match[1]) * _UNITS[match[2]]


def _rate(raw: Any, _: Path) -> RateLimitItem:
    mend = 'Write a number and a time: "600/minute", "20/second", "1000/5 minutes".'
    try:
        rate = parse(raw)
    except ValueError:
        raise RefusedValueError(f"{raw!r} is not a rate.", mend) from None
    if rate.amount < 1 or "," in raw or ";" in raw or "|" in raw:
        raise RefusedValueError(f"{raw!r} is not one rate of at least one.", mend)
    return rate


def _url(raw: Any, _: Path) -> str:
    expect(raw, str, "a URL", "https://api.example.com")
    try:
        parts = urlsplit(raw)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_ok = urlsplit(""), False
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not port_ok or re.search(r"[\s\\]", raw):
        raise RefusedValueError(f"{raw!r} is not a URL.", 'Write it in full: "https://api.example.com/path".')
    if parts.username or parts.password or parts.query or parts.fragment:
        raise RefusedValueError(
            "a URL here carries no user, password, query or fragment.", "Keep scheme, host, port and path."
        )
    return str(raw).rstrip("/")


def _origin(raw: Any, folder: Path) -> str:
    url = _url(raw, folder)
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    exact = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"
    if "*" in exact:
        raise RefusedValueError(
            f"{raw!r} has a wildcard.", "List each origin exactly; one wildcard would trust strangers."
        )
    if not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", host):  # it is written into policies, where `;` begins another rule
        raise RefusedValueError(
            f"{raw!r} does not name a host.", 'Write it as a browser does: "https://crm.example.com".'
        )
    if raw != exact:  # browsers compare origins as texts, so only the browsers' own spelling can ever match
        raise RefusedValueError(f"{raw!r} is not an exact origin.", f'Write "{exact}": scheme, host and port only.')
    return exact


def _network(raw: Any, _: Path) -> str:
    expect(raw, str, "a host, a host:port or a CIDR", "10.0.0.0/8")
    try:
        if "/" in raw:
            ipaddress.ip_network(raw)
        elif not re.fullmatch(r"(\[[0-9a-f:]+\]|[0-9a-f:]+|[a-z0-9._-]+(:\d{1,5})?|\[[0-9a-f:]+\]:\d{1,5})", raw):
            raise ValueError(raw)
    except ValueError:
        mend = 'Write "core.internal", "127.0.0.1:8002" or "10.0.0.0/8", without a scheme.'
        raise RefusedValueError(f"{raw!r} is not a host, a host:port or a CIDR.", mend) from None
    return str(raw)


def many(kind: Kind, least: int = 0, example: Any = None) -> Kind:
    """A list of a kind, of at least so many."""

    def read(raw: Any, folder: Path) -> tuple[Any, ...]:
        expect(raw, list, "a list", [kind.example])
        if len(raw) < least:
            raise RefusedValueError("the list is empty.", f"Name at least {least}.")
        values = tuple(kind.read(item, folder) for item in raw)
        if len(set(values)) != len(values):
            raise RefusedValueError("the list names something twice.", "Keep each once.")
        return values

    return Kind([kind.example] if example is None else example, read)


def table(kind: Kind, example: Mapping[str, Any]) -> Kind:
    """A table of a kind, whose names the reader chooses."""

    def read(raw: Any, folder: Path) -> Mapping[str, Any]:
        expect(raw, dict, "a table", example)
        values = {}
        for key, item in raw.items():
            try:
                values[key] = kind.read(item, folder)
            except RefusedValueError as wrong:
                raise RefusedValueError(f"{key}: {wrong.what}", wrong.mend, (key, *wrong.inner)) from None
        return MappingProxyType(values)

    return Kind(dict(example), read)


def _bands(raw: Any, folder: Path) -> tuple[tuple[str, float], ...]:
    floors = table(integer(0, 100), BANDS.example).read(raw, folder)
    falling = [floors[word] for word in ("high", "medium", "low") if word in floors]
    in_order = all(upper > lower for upper, lower in itertools.pairwise(falling))
    if set(floors) - {"high", "medium", "low"} or not falling or falling[-1] != 0 or not in_order:
        raise RefusedValueError(
            f"{raw!r} are not bands.", "Name high, medium, low with falling lowest scores, the last 0."
        )
    return tuple((word, float(floors[word])) for word in ("high", "medium", "low") if word in floors)


BANDS = Kind({"high": 70, "medium": 40, "low": 0}, _bands)
FLAG = Kind(True, _flag)
DURATION = Kind("10s", _duration)
RATE = Kind("600/minute", _rate)
URL = Kind("https://api.example.com", _url)
ORIGIN = Kind("https://crm.example.com", _origin)
NETWORK = Kind("10.0.0.0/8", _network)
FIELD = text("Industry", r"[A-Za-z_][A-Za-z0-9_.]{0,127}")
SCOPE = text("access_as_user", r"[!#-\[\]-~]{1,200}")  # RFC 6749, appendix A.4
TENANT = text("8eaef023-2b34-4da1-9baa-8bc8c9d6a490", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TAG = text("score-badge", r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
REGION = text("eu", r"[a-z0-9-]{0,32}")
WORD = text("lead_score", r"[a-z][a-z0-9_-]{0,62}")
