"""Packages that are pages: an application's own, with the loader's script. What must be so on each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import html

from app.hosts._package import FOLDER, Deployment, Package, PackageFile, folder
from app.hosts._package_findings import Finding, line_at, line_of

PAGE, HOST_SCRIPT = "page.html", "inlay-host.js"
_ELEMENT = re.compile(r"inlay-([a-z][a-z0-9-]*)")
_RECORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*/\S+")
_PROOF = re.compile(r"token|proof|jwt", re.IGNORECASE)
_LOADER = "/embed/inlay.js"


def page_values(deployment: Deployment) -> dict[str, Any]:
    """What every page is filled with; its example is of the first type of record that a capability knows."""
    connection = deployment.connection
    types = [each for capability in deployment.capabilities.values() for each in capability.records]
    return {
        "audience": connection.audience,
        "components": list(connection.components),
        "connection": connection.name,
        "issuer": connection.issuer,
        "launch_url": deployment.launch_url,
        "page_origin": connection.origins[0],
        "public_url": deployment.public_url,
        "record": f"{types[0] if types else 'Record'}/1",
    }


def page_package(
    host: str, deployment: Deployment, values: Mapping[str, Any], more: Sequence[PackageFile] = ()
) -> Package:
    """The folder `page/` of a host's templates, and more files beside it."""
    files = sorted((*folder(host, "page", values), *more), key=lambda file: file.path)
    return Package(f"inlay-{host}-{deployment.connection.name}", FOLDER, tuple(files))


def verify_page(files: Mapping[str, bytes]) -> list[Finding]:
    """The page loads both scripts, and every panel on it says what it is about, and nothing that is secret."""
    missing = [
        Finding(each, 0, "This part of the package is missing.", "Add it.")
        for each in (PAGE, HOST_SCRIPT)
        if each not in files
    ]
    if missing:
        return missing
    page, script = files[PAGE], files[HOST_SCRIPT].decode("utf-8", "replace")
    root = html.document_fromstring(page)
    found = [*_scripts(root, page), *_panels(root, page)]
    for needed, mend in (
        ("event.source !== iframe.contentWindow", "Compare the window that speaks."),
        ("event.origin !== options.origin", "Compare the origin that speaks."),
    ):
        if needed not in script:
            found.append(Finding(HOST_SCRIPT, 0, "It listens to anybody.", mend))
    for match in re.finditer(r"localStorage|sessionStorage|document\.cookie", script):
        line = script[: match.start()].count("\n") + 1
        found.append(Finding(HOST_SCRIPT, line, "Proofs are not kept.", "Ask the backend each time."))
    return found


def _scripts(root: Any, page: bytes) -> Iterator[Finding]:
    sources = [each.get("src", "") for each in root.iter("script")]
    loader = next((at for at, source in enumerate(sources) if source.endswith(_LOADER)), None)
    if loader is None:
        yield Finding(
            PAGE, line_of(page, b"<head"), "The loader is missing.", f"Add a script whose src ends in {_LOADER}."
        )
    if HOST_SCRIPT not in sources:
        yield Finding(PAGE, line_of(page, b"<head"), f"{HOST_SCRIPT} is not loaded.", "Add it after the loader.")
    elif loader is not None and sources.index(HOST_SCRIPT) < loader:
        line = line_of(page, f'src="{HOST_SCRIPT}"')
        yield Finding(PAGE, line, f"{HOST_SCRIPT} comes before the loader.", "Move it below the loader's line.")
    for each in root.iter("script"):
        if each.get("src") is None:
            yield Finding(
                PAGE, line_at(each), "A script stands in the page.", "Move it to a file: strict pages refuse it."
            )
        elif each.get("defer") is None:
            yield Finding(PAGE, line_at(each), "This script blocks the page.", "Add defer.")


def _panels(root: Any, page: bytes) -> Iterator[Finding]:
    panels = [each for each in root.iter() if isinstance(each.tag, str) and _ELEMENT.fullmatch(each.tag)]
    boxes = [each for each in root.iter() if isinstance(each.tag, str) and each.get("data-inlay") is not None]
    if not panels and not boxes:
        yield Finding(PAGE, line_of(page, b"<body"), "There is no panel on the page.", "Add an element <inlay-...>.")
    for each in (*panels, *boxes):
        record = each.get("record") or each.get("data-record") or ""
        if not _RECORD.fullmatch(record):
            yield Finding(PAGE, line_at(each), f"{record!r} is no record.", "Write type/id.")
        if any(_PROOF.search(name) for name in each.attrib):
            yield Finding(PAGE, line_at(each), "A proof stands in the page.", "Hand it over by getToken.")
    for each in panels:
        if not each.get("connection"):
            yield Finding(PAGE, line_at(each), "This panel names no connection.", "Add connection.")
