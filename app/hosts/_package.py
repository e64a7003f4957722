"""Packages: what a host's admin installs, filled for one deployment. What it must hold, its host says.

The templates lie in `manifests/<host>/`. A package holds no secret, and two builds of it are the same bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.config import CapabilitySettings, ConnectionSettings
from app.errors import ConfigError, Problem
from app.hosts._package_findings import Finding

MANIFESTS = Path(__file__).resolve().parents[2] / "manifests"
FOLDER = ""  # the suffix of a package that is handed out as a folder
ARCHIVES = frozenset({".zip", ".sppkg"})
MAX_ARCHIVE = 64 * 2**20  # bytes unpacked: far more than any package holds
_MARKUP = (".xml", ".html", ".cmp", ".design", ".svg")
_QUOTED = (
    ".json",
    ".js",
    ".jsx",
    ".mjs",
    ".ts",
    ".py",
    ".cs",
    ".cls",
    ".webmanifest",
)  # values stand inside double quotes
_PROSE = (".md", ".txt", ".css")


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a package is filled with. Of the connection, only what is no secret."""

    public_url: str
    connection: ConnectionSettings
    capabilities: Mapping[str, CapabilitySettings]  # those of the connection, by name
    version: str  # ours, as 1.2.3
    contact: str = ""  # the mail address of whoever answers for it at the host

    @property
    def origin(self) -> str:
        """Ours, as browsers write it."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def launch_url(self) -> str:
        """Where panels of the connection are opened."""
        return f"{self.public_url}/launch/{self.connection.name}"

    @property
    def callback_url(self) -> str:
        """Where the host's sign-in sends its viewers back to."""
        return f"{self.public_url}/oauth/{self.connection.name}/callback"


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a package."""

    path: str  # in the package, with "/"
    content: bytes


@dataclass(frozen=True, slots=True)
class Package:
    """What is handed out under one name: an archive, a folder, or a single file."""

    name: str
    suffix: str  # one of ARCHIVES, FOLDER, or that of the single file
    files: tuple[PackageFile, ...]


class BuildPackages(Protocol):
    """Fill the templates. Raises ConfigError when the connection lacks what the package needs."""

    def __call__(self, deployment: Deployment, /) -> Sequence[Package]: ...


class VerifyPackage(Protocol):
    """Hold a package's files (path -> content) against what the host demands, without asking anybody."""

    def __call__(self, files: Mapping[str, bytes], /) -> list[Finding]: ...


class Recognises(Protocol):
    """Whether these files are meant for this host."""

    def __call__(self, files: Mapping[str, bytes], /) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRules:
    """A host's packages: how they are made, and what they must be like."""

    about: str  # what is made, in one line
    suffixes: tuple[str, ...]  # of what is handed out
    build: BuildPackages
    verify: VerifyPackage
    recognises: Recognises


def folder(host: str, name: str, values: Mapping[str, Any]) -> tuple[PackageFile, ...]:
    """Every template below `manifests/<host>/<name>`, filled, by the paths that they have there.

    What cannot be filled (a picture) is taken as it is.
    """
    root = MANIFESTS / host / name
    return tuple(
        PackageFile(str(path.relative_to(root).as_posix()), _content(host, path, values))
        for path in sorted(root.rglob("*"))
        if path.is_file()
    )


def fill(host: str, template: str, values: Mapping[str, Any]) -> bytes:
    """One template of `manifests/<host>/`, by its path there.

    Values are written as its suffix needs it: escaped in markup; in JSON and in sources, for the inside of double
    quotes. A value that the template names and nobody gives is an error (jinja2.UndefinedError).
    """
    return _environment(host, _kind(template)).get_template(template).render(values).encode()


def archive(package: Package) -> bytes:
    """The bytes of an archive or of a single file: the same for the same files, whenever and wherever.

    A package that is a folder has no bytes of its own: ValueError.
    """
    if package.suffix in ARCHIVES:
        return packed(package.files)
    if package.suffix == FOLDER or len(package.files) != 1:
        raise ValueError(f"{package.name} is no single file")
    return package.files[0].content


def packed(files: Sequence[PackageFile]) -> bytes:
    """A zip in the order given. No time, no owner, no path of the machine that made it is in it."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for file in files:
            entry = zipfile.ZipInfo(file.path, (1980, 1, 1, 0, 0, 0))  # the format's first day
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, file.content)
    return written.getvalue()


def lacking(deployment: Deployment, what: str, mend: str) -> ConfigError:
    """For a connection from which no package of its host can be made."""
    return ConfigError([Problem(f"[connections.{deployment.connection.name}]", what, mend)])


def _content(host: str, path: Path, values: Mapping[str, Any]) -> bytes:
    template = path.relative_to(MANIFESTS / host).as_posix()
    return path.read_bytes() if _kind(template) == "raw" else fill(host, template, values)


def _kind(template: str) -> str:
    for kind, suffixes in (("markup", _MARKUP), ("quoted", _QUOTED), ("prose", _PROSE)):
        if template.endswith(suffixes):
            return kind
    return "raw"


@cache
def _environment(host: str, kind: str) -> Environment:
    return Environment(
        loader=FileSystemLoader([MANIFESTS / host, MANIFESTS]),  # its own, and what they share
        undefined=StrictUndefined,
        autoescape=kind == "markup",  # noqa: S701 what is no markup is escaped by `finalize`
        finalize=_quoted if kind == "quoted" else _plain,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _plain(value: Any) -> Any:
    """Markup and settings write truth in small letters."""
    return str(value).lower() if isinstance(value, bool) else value


def _quoted(value: Any) -> Any:
    """For the inside of a string literal; also of one in a script that stands in a page."""
    if not isinstance(value, str):
        return value if value.__class__.__name__.endswith("Undefined") else json.dumps(value)
    return json.dumps(value)[1:-1].replace("<", "\\u003c").replace("'", "\\u0027")
