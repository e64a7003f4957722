"""What a configuration refers to: secrets, files, the database. Only these kinds look outside the text."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.config.kinds import Kind, RefusedValueError, expect


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that came by reference. It never shows itself; ask with `reveal()` where it is used."""

    _value: str = field(repr=False)
    source: str = ""

    def reveal(self) -> str:
        """The secret itself; never for a log, an error or a page."""
        return self._value

    def reveal_bytes(self) -> bytes:
        """The same, as bytes."""
        return self._value.encode()

    def __str__(self) -> str:
        return repr(self)


def _path(raw: Any, folder: Path) -> Path:
    expect(raw, str, "a path", "/etc/inlay/tls.pem")
    path = folder / str(raw)
    if not path.is_file() or not os.access(path, os.R_OK):
        raise RefusedValueError(
            f"the file {path} is not there or cannot be read.", "Name a file that this user can read."
        )
    return path


def _key_file(raw: Any, folder: Path) -> Path:
    path = _path(raw, folder)
    if path.stat().st_mode & 0o077:
        raise RefusedValueError(f"other users can read the key {path}.", f"Run: chmod 600 {path}")
    return path


def _file(raw: Any, folder: Path) -> Path:
    expect(raw, str, "a path", "inlay-anchors.jsonl")
    path = folder / str(raw)
    if not raw or path.is_dir() or not path.parent.is_dir():
        raise RefusedValueError(f"{path} cannot be a file: its folder is not there.", "Name a file in one that is.")
    return path


def _secret_file(path: Path) -> str:
    try:
        mode, content = path.stat().st_mode, path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:  # not UTF-8, or a path that cannot be one
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        mend = f"Create it with mode 600, or where it lies beside the configuration: inlay secret set {path.name}"
        raise RefusedValueError(f"the secret file {path} cannot be read: {why}.", mend) from None
    if mode & 0o077:
        raise RefusedValueError(f"other users can read the secret file {path}.", f"Run: chmod 600 {path}")
    return content


def resolve(reference: str, folder: Path) -> str | None:
    """What an `env:` or `file:` reference stands for; None when the text is not a reference."""
    way, _, name = reference.partition(":")
    if way == "env" and name:
        if name not in os.environ:
            raise RefusedValueError(
                f"the environment variable {name} is not set.", f"Set {name}, or use a file: reference."
            )
        return os.environ[name]
    return _secret_file(folder / name).rstrip("\r\n") if way == "file" and name else None


def secret(min_bytes: int = 1) -> Kind:
    """A reference to a secret of at least so many bytes: `env:NAME` or `file:path`."""

    def read(raw: Any, folder: Path) -> Secret:
        value = resolve(raw, folder) if isinstance(raw, str) else None
        if value is None:  # the raw value may be a real secret: it must not be repeated in the error
            raise RefusedValueError("a secret is never written here.", 'Write a reference: "env:NAME" or "file:/path".')
        if len(value.encode()) < min_bytes:
            mend = f"It needs {min_bytes} bytes or more; make one with: openssl rand -hex 32"
            raise RefusedValueError(f"the secret behind {raw} is too short.", mend)
        return Secret(value, raw)

    return Kind("env:INLAY_KEY", read)


def _store(raw: Any, folder: Path) -> str:
    expect(raw, str, "a database URL", "sqlite:///inlay.db")
    referred = resolve(raw, folder)
    url = raw if referred is None else referred
    if referred is None and "@" in url and ":" in url.partition("//")[2].rpartition("@")[0]:
        raise RefusedValueError(
            "a database password is never written here.", 'Put the whole URL behind "env:" or "file:".'
        )
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///") and ":memory:" not in url:
        return f"sqlite:///{folder / url.removeprefix('sqlite:///')}"
    for scheme in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    raise RefusedValueError(
        "this is not a database that we know.", 'Write "sqlite:///inlay.db" or "postgresql://host/name".'
    )


def beside(url: str) -> str:
    """The URL of a database beside this one, with "-keys" to its name. What holds for the one's connections only
    (`options`, as PostgreSQL calls them) does not for the other's."""
    base, mark, query = url.partition("?")
    if base.startswith("sqlite"):
        path = Path(base.partition(":///")[2])
        return f"sqlite:///{path.with_name(f'{path.stem}-keys{path.suffix}')}{mark}{query}"
    kept = "&".join(each for each in query.split("&") if each and not each.startswith("options="))
    return f"{base}-keys{'?' if kept else ''}{kept}"


def _redis(raw: Any, folder: Path) -> str:
    expect(raw, str, "a URL of a Redis", "redis://127.0.0.1:6379/0")
    referred = resolve(raw, folder)
    url = raw if referred is None else referred
    if referred is None and "@" in url:
        raise RefusedValueError(
            "a Redis password is never written here.", 'Put the whole URL behind "env:" or "file:".'
        )
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise RefusedValueError("this is not the URL of a Redis.", 'Write "redis://host:6379/0", or rediss:// for TLS.')
    return str(url)


def _broker(raw: Any, folder: Path) -> str:
    expect(raw, str, "a URL of a broker", BROKER.example)
    referred = resolve(raw, folder)
    url = raw if referred is None else referred
    if referred is None and "@" in url:
        raise RefusedValueError(
            "a broker's password is never written here.", 'Put the whole URL behind "env:" or "file:".'
        )
    if not url.startswith(("amqp://", "amqps://")) or "?" in url:
        raise RefusedValueError(
            "this is not the URL of a broker that we know.", 'Write "amqps://host:5671/vhost", and no query.'
        )
    return str(url)


PATH = Kind("tls.pem", _path)
KEY_FILE = Kind("key.pem", _key_file)
FILE = Kind("inlay-anchors.jsonl", _file)  # need not be there yet
STORE = Kind("sqlite:///inlay.db", _store)
REDIS = Kind("redis://127.0.0.1:6379/0", _redis)
BROKER = Kind("amqp://127.0.0.1:5672/%2F", _broker)
