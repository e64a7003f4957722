"""Packages of a connection: made for this deployment, and held against what their host demands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version

from app.config import ConnectionSettings, Settings
from app.errors import ConfigError, NotFound, Problem
from app.hosts import HOSTS
from app.hosts._package import FOLDER, Deployment, Package, PackageRules, archive, packed
from app.hosts._package_findings import Finding, held, scan


def rules_of(host: str) -> PackageRules:
    """Raises ConfigError for a host that has no package, or is none."""
    known = {name: each.package for name, each in sorted(HOSTS.items()) if each.package is not None}
    if host not in known:
        raise ConfigError([Problem("HOST", f"there is no package for {host!r}.", f"Use one of: {', '.join(known)}.")])
    return known[host]


def made(settings: Settings, connection: ConnectionSettings, contact: str = "") -> tuple[list[Package], list[Finding]]:
    """The packages, and what was found in them. Raises ConfigError when the connection lacks what they need."""
    rules = rules_of(connection.host)
    capabilities = {name: settings.capabilities[name] for name in connection.capabilities}
    url = settings.server.public_url.rstrip("/")
    packages = list(rules.build(Deployment(url, connection, capabilities, version("inlay"), contact)))
    return packages, [finding for each in packages for finding in checked(files_of(each), rules, connection)]


def checked(files: Mapping[str, bytes], rules: PackageRules, connection: ConnectionSettings) -> list[Finding]:
    """What is wrong with a package before it is written: its names, secrets in it, its host's rules."""
    return [*held(files, connection), *scan(files), *rules.verify(files)]


def files_of(package: Package) -> dict[str, bytes]:
    """Its content by the paths in it."""
    return {file.path: file.content for file in package.files}


def problems(found: Sequence[Finding]) -> list[Finding]:
    """What keeps a package from being handed out."""
    return [each for each in found if each.level == "problem"]


def sound(settings: Settings, connection: ConnectionSettings) -> dict[str, Package]:
    """The packages by the names that they are downloaded under. Raises ConfigError with what does not hold."""
    packages, found = made(settings, connection)
    if wrong := problems(found):
        raise ConfigError([Problem(f"{each.file}:{each.line}", each.what, each.mend) for each in wrong])
    return {_file_name(each): each for each in packages}


def download(packages: Mapping[str, Package], name: str) -> bytes:
    """The bytes of one; a package that is a folder comes as a zip of it. Raises NotFound."""
    package = packages.get(name)
    if package is None:
        raise NotFound("There is no such package.", reason="package-unknown")
    return packed(package.files) if package.suffix == FOLDER else archive(package)


def _file_name(package: Package) -> str:
    return f"{package.name}{'.zip' if package.suffix == FOLDER else package.suffix}"
