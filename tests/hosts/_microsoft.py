"""Packages as connections get them, and the ways to spoil one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.hosts import HOSTS
from app.hosts._package import Deployment, Package
from app.hosts._package_findings import Finding, scan
from tests.hosts._proofs import BUILDERS

INLAY = "https://inlay.example.com"
Files = dict[str, bytes]
Spoil = Callable[[Files], Files]


def deployment(host: str, public_url: str = INLAY, **changes: Any) -> Deployment:
    """A connection with two components, whose panels our own pages may frame."""
    connection = BUILDERS[host]().connection
    changes = {
        "origins": (*connection.origins, public_url),
        "components": ("document-sidebar", "analysis-badge"),
    } | changes
    return Deployment(public_url, replace(connection, **changes), {}, "1.2.3")


def made(given: Deployment) -> Package:
    rules = HOSTS[given.connection.host].package
    assert rules
    [package] = rules.build(given)
    return package


def built(host: str, **changes: Any) -> Files:
    return {file.path: file.content for file in made(deployment(host, **changes)).files}


def found(host: str, files: Mapping[str, bytes]) -> list[Finding]:
    """All that is said of it: what holds for every package, and the host's own rules."""
    rules = HOSTS[host].package
    assert rules
    return [*scan(files), *rules.verify(files)]


def put(path: str, old: str, new: str) -> Spoil:
    """Every place of a text in the files whose path ends so."""

    def spoil(files: Files) -> Files:
        name = next(each for each in files if each.endswith(path))
        assert old.encode() in files[name], old
        return files | {name: files[name].replace(old.encode(), new.encode())}

    return spoil


def drop(path: str) -> Spoil:
    return lambda files: {name: content for name, content in files.items() if not name.endswith(path)}


def renamed(old: str, new: str) -> Spoil:
    return lambda files: {name.replace(old, new): content for name, content in files.items()}


def added(path: str, content: bytes = b"") -> Spoil:
    return lambda files: files | {path: content}


def swapped(path: str, one: str, other: str) -> Spoil:
    """Two texts change places."""

    def spoil(files: Files) -> Files:
        name = next(each for each in files if each.endswith(path))
        text = files[name].decode()
        assert one in text
        assert other in text
        return files | {name: text.replace(one, "\0").replace(other, one).replace("\0", other).encode()}

    return spoil


def said(host: str, spoil: Spoil) -> tuple[str, list[Finding]]:
    """What is said of a spoilt package, with every place; each finding says where and what mends it."""
    findings = [each for each in found(host, spoil(built(host))) if each.level == "problem"]
    assert all(each.file and each.what and each.mend for each in findings)
    return "\n".join(map(str, findings)), findings
