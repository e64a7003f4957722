"""`inlay package`: what a host's admin installs, made for this deployment, and checked without asking anybody."""

from __future__ import annotations

import json
import os
import secrets
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from app.additions import packages
from app.additions.packages import files_of, problems, rules_of
from app.cli._config import CONFIG, CONNECTION, JSON, load, named, words
from app.config import ConnectionSettings, Settings
from app.errors import ConfigError, Problem
from app.hosts import HOSTS
from app.hosts._package import FOLDER, MAX_ARCHIVE, Package, PackageRules, archive
from app.hosts._package_findings import Finding, scan

_MAX_FILES = 2_000


@click.group()
def package() -> None:
    """What a host's admin installs."""


@package.command("list")
@JSON
def list_(as_json: bool) -> None:
    """Name the hosts that there are packages for, and what each package is."""
    known = {name: rules.about for name, rules in _all().items()}
    if as_json:
        click.echo(json.dumps({"packages": known}, indent=2))
        return
    for name, about in known.items():
        click.echo(f"{name:12} {about}")


@package.command()
@click.argument("host")
@CONFIG
@CONNECTION
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where to."
)
@click.option("--contact", default="", help="The mail address of whoever answers for it at the host.")
@JSON
def build(host: str, path: Path, name: str, folder: Path, contact: str, as_json: bool) -> None:
    """Make the package of HOST for a connection; what it holds is checked before it is written.

    Two builds are the same bytes. Exit code 1: what was made does not hold, so nothing was written.
    """
    with _stood_in(path), words():
        settings = load(path)
        rules_of(host)
        made, seen = packages.made(settings, _connection(settings, name, host), contact)
        found = [*_example(settings, path), *seen]
    good = not problems(found)
    written = [str(_write(folder, one)) for one in made] if good else []
    if as_json:
        click.echo(json.dumps({"ok": good, "written": written, "findings": [asdict(each) for each in found]}, indent=2))
    else:
        for each in found:
            click.echo(str(each), err=True)
        for each_written in written:
            click.echo(each_written)
    sys.exit(int(not good))


@package.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.argument("host", default="")
@JSON
def verify(file: Path, host: str, as_json: bool) -> None:
    """Hold a package (an archive, a file or a folder) against what its host demands, without asking anybody.

    HOST need not be named where the files say it. Exit code 1: something does not hold; 2: it is no package.
    """
    with words():
        files = read(file)
        name, rules = _meant(files, host)
    found = [*_suffix(file, name, rules), *scan(files), *rules.verify(files)]
    good = not problems(found)
    if as_json:
        click.echo(json.dumps({"ok": good, "host": name, "findings": [asdict(each) for each in found]}, indent=2))
    else:
        for each in found:
            click.echo(str(each))
        click.echo(f"{file}: {'good' if good else 'not good'} for {name}, {len(files)} files.")
    sys.exit(int(not good))


def read(file: Path) -> dict[str, bytes]:
    """The files of a package by their paths in it, in the order that they have there. Raises ConfigError."""
    if file.is_dir():
        return {
            path.relative_to(file).as_posix(): path.read_bytes() for path in sorted(file.rglob("*")) if path.is_file()
        }
    content = file.read_bytes()
    if not content.startswith(b"PK"):
        return {file.name: content}
    try:
        with zipfile.ZipFile(BytesIO(content)) as zipped:
            entries = [each for each in zipped.infolist() if not each.is_dir()]
            if len(entries) > _MAX_FILES or sum(each.file_size for each in entries) > MAX_ARCHIVE:
                raise _no_package(file, "is larger than any package.")
            if len({each.filename for each in entries}) < len(entries):
                raise _no_package(file, "holds two files of one name.")
            return {each.filename: zipped.read(each) for each in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _no_package(file, f"is no archive: {error}.") from error


def _no_package(file: Path, what: str) -> ConfigError:
    return ConfigError([Problem(str(file), what, "Build it again: inlay package build.")])


def _all() -> dict[str, PackageRules]:
    return {name: host.package for name, host in sorted(HOSTS.items()) if host.package is not None}


@contextmanager
def _stood_in(path: Path) -> Iterator[None]:
    """What is not set is stood in for: no package holds a secret, and some exist only once it is installed."""
    absent = {name: value for name, value in _stand_ins(path).items() if name not in os.environ}
    os.environ.update(absent)
    for name in sorted(absent):
        click.echo(f"note: {name} is not set. The package does not need it; Inlay will, before it serves.", err=True)
    try:
        yield
    finally:
        for name in absent:
            del os.environ[name]


def _stand_ins(path: Path) -> dict[str, str]:
    """For each variable that is referred to. What is no TOML has none: whoever loads it says so."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    names = [text.removeprefix("env:") for text in _texts(tables) if text.startswith("env:")]
    databases = [text.removeprefix("env:") for text in _texts(tables.get("store"))]
    return {name: "sqlite:///inlay.db" if name in databases else secrets.token_hex(32) for name in names}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(each)


def _meant(files: Mapping[str, bytes], host: str) -> tuple[str, PackageRules]:
    if host:
        return host, rules_of(host)
    for name, rules in _all().items():
        if rules.recognises(files):
            return name, rules
    mend = f"Name the host: {', '.join(_all())}."
    raise ConfigError([Problem("FILE", "is not seen to be a package of any host.", mend)])


def _connection(settings: Settings, name: str, host: str) -> ConnectionSettings:
    connection = named(settings, name)
    if connection.host != host:
        mend = f"Build the package of {connection.host!r}, or name another connection."
        raise ConfigError([Problem("-k", f"{name!r} is a connection of {connection.host!r}, not of {host!r}.", mend)])
    return connection


def _example(settings: Settings, path: Path) -> list[Finding]:
    """Nothing is wrong with a package for the address that `inlay init` writes, but it is nobody's."""
    url = settings.server.public_url
    if not str(urlsplit(url).hostname).endswith(".example.com"):
        return []
    return [Finding(path.name, 0, f"public_url is {url}, an example.", "Write where your Inlay is reached.", "note")]


def _suffix(file: Path, name: str, rules: PackageRules) -> list[Finding]:
    suffix = FOLDER if file.is_dir() else file.suffix
    if suffix in rules.suffixes:
        return []
    wanted = ", ".join(each or "a folder" for each in rules.suffixes)
    return [Finding(file.name, 0, f"No package of {name} ends in {suffix!r}.", f"Name it as it was built: {wanted}.")]


def _write(folder: Path, made: Package) -> Path:
    """An archive or a file; a folder file by file, over what an earlier build left."""
    target = folder / f"{made.name}{made.suffix}"
    if made.suffix != FOLDER:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive(made))
        return target
    for old in sorted(target.rglob("*"), reverse=True) if target.exists() else ():
        if old.is_file() and old.relative_to(target).as_posix() not in files_of(made):
            old.unlink()
    for file in made.files:
        path = target / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return target
