"""Packages for tests: a deployment of each host's connection, its packages built, and small changes that spoil them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from app.config import CapabilitySettings, ConnectionSettings
from app.hosts import HOSTS
from app.hosts._package import Deployment, Package, PackageRules
from app.hosts._package_findings import Finding, scan
from tests.hosts._proofs import BUILDERS

PUBLIC = "https://panels.example.com"
SCORE = CapabilitySettings(
    name="lead_score",
    core="main",
    title="Lead & score",
    records=("Lead", "Contact"),
    fields=("industry",),
    bands=(("high", 70.0), ("medium", 40.0), ("low", 0.0)),
)
Files = dict[str, bytes]


def connection(host: str) -> ConnectionSettings:
    """As the matrix of launches knows it; where viewers only sign in, with what that needs."""
    if host in BUILDERS:
        return replace(BUILDERS[host]().connection, host=host)
    url = "https://acme.service-now.com"
    made = replace(
        connection("oidc"), host=host, name="acme", origins=(url,), host_url=url, sign_in_client_id="a1" * 16
    )
    return replace(made, issuer="", audience="", algorithms=())


def deployment(host: str, url: str = PUBLIC, **changes: Any) -> Deployment:
    capabilities, made = {"lead_score": SCORE}, connection(host)
    if HOSTS[host].pages:  # then the page around the panel is ours
        audience = f"api://{urlsplit(url).netloc}/{made.client_id}"
        made = replace(made, origins=(*made.origins, url), audience=audience)
    return Deployment(url, replace(made, **changes), capabilities, "1.2.3")


def rules(host: str) -> PackageRules:
    found = HOSTS[host].package
    assert found is not None
    return found


def built(host: str, **changes: Any) -> list[Package]:
    return list(rules(host).build(deployment(host, **changes)))


def files(package: Package) -> Files:
    return {file.path: file.content for file in package.files}


def findings(host: str, given: Mapping[str, bytes]) -> list[Finding]:
    """All that `inlay package verify` looks at."""
    return [*scan(given), *rules(host).verify(given)]


def spoiled(given: Files, path: str, old: str, new: str) -> Files:
    """One change of one file; the path may be its end only."""
    (name,) = [each for each in given if each.endswith(path)]
    text = given[name].decode()
    assert old in text, old
    return given | {name: text.replace(old, new, 1).encode()}


def moved(given: Files, path: str, to: str) -> Files:
    """One file under another name; `to` replaces the end of its path."""
    (name,) = [each for each in given if each.endswith(path)]
    return {(each if each != name else name.removesuffix(path) + to): content for each, content in given.items()}
