"""What Dataverse would refuse in a solution, without asking it: as far as its published schema reaches.

Order and words of elements are those of CustomizationsSolution.xsd; that names belong to the publisher, that files are
there and that the page knows its record, no schema says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml.etree import _Element

from app.hosts._package_findings import Finding, xml
from app.hosts._xml_rules import line, ordered

SOLUTION, CUSTOM, TYPES = "solution.xml", "customizations.xml", "[Content_Types].xml"
_MANIFEST = (
    "UniqueName", "LocalizedNames", "Descriptions", "Version", "Managed", "Publisher", "RootComponents",
    "MissingDependencies",
)  # fmt: skip
_RESOURCE = (
    "WebResourceId", "Name", "DisplayName", "Description", "LanguageCode", "WebResourceType", "IntroducedVersion",
    "IsEnabledForMobileClient", "IsAvailableForMobileOffline", "DependencyXml", "IsCustomizable", "CanBeDeleted",
    "IsHidden", "FileName",
)  # fmt: skip
_VERSION = re.compile(r"\d{1,5}(?:\.\d{1,5}){3}")
_UNIQUE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,64}")
_WEB_RESOURCE, _HTML = "61", "1"


def recognises(files: Mapping[str, bytes]) -> bool:
    """By its two files."""
    names = {path.rsplit("/", 1)[-1] for path in files}
    return {SOLUTION, CUSTOM} <= names


def verify(files: Mapping[str, bytes]) -> list[Finding]:
    """All that is wrong with the files of a package."""
    missing = [
        Finding(path, 0, "This part of the solution is missing.", "Add it at the top of the archive.")
        for path in (SOLUTION, CUSTOM, TYPES)
        if path not in files
    ]
    roots = [xml(path, files[path])[0] for path in (SOLUTION, CUSTOM) if path in files]
    if missing or any(root is None for root in roots):  # what is no XML the scan says
        return missing
    solution, custom = (root for root in roots if root is not None)
    return [*_solution(solution), *_resources(custom, solution, files)]


def _solution(root: _Element) -> Iterator[Finding]:
    manifest = root.find("SolutionManifest")
    if manifest is None:
        yield Finding(SOLUTION, line(root), "There is no SolutionManifest.", "Add it.")
        return
    yield from ordered(SOLUTION, manifest, _MANIFEST, {"UniqueName", "Version", "Managed", "Publisher"})
    name, version = manifest.findtext("UniqueName", ""), manifest.findtext("Version", "")
    if not _UNIQUE.fullmatch(name):
        yield Finding(SOLUTION, line(manifest), f"The unique name {name!r} is not taken.", "Use letters and digits.")
    if not _VERSION.fullmatch(version):
        yield Finding(SOLUTION, line(manifest), f"The version {version!r} is not taken.", "Write four numbers.")
    prefix = manifest.findtext("Publisher/CustomizationPrefix", "")
    if not re.fullmatch(r"[a-z][a-z0-9]{1,7}", prefix) or prefix.startswith("mscrm"):
        yield Finding(SOLUTION, line(manifest), f"The publisher's prefix is {prefix!r}.", "Use 2 to 8 small letters.")


def _resources(root: _Element, solution: _Element, files: Mapping[str, bytes]) -> Iterator[Finding]:
    found = root.findall("WebResources/WebResource")
    prefix = solution.findtext("SolutionManifest/Publisher/CustomizationPrefix", "")
    listed = {
        each.get("schemaName")
        for each in solution.iterfind("SolutionManifest/RootComponents/RootComponent")
        if each.get("type") == _WEB_RESOURCE
    }
    if not found:
        yield Finding(CUSTOM, line(root), "There is no web resource.", "Add one.")
    for each in found:
        yield from ordered(CUSTOM, each, _RESOURCE, {"WebResourceId", "Name", "WebResourceType", "FileName"})
        name, path = each.findtext("Name", ""), each.findtext("FileName", "").lstrip("/")
        if not name.startswith(f"{prefix}_"):
            yield Finding(CUSTOM, line(each), f"{name!r} is not the publisher's.", f"Begin it with {prefix}_.")
        if name not in listed:
            yield Finding(SOLUTION, line(solution), f"{name!r} is no root component.", f"Add it, type {_WEB_RESOURCE}.")
        if each.findtext("WebResourceType") != _HTML:
            yield Finding(CUSTOM, line(each), "A form shows HTML only.", f"Write WebResourceType {_HTML}.")
        if path not in files:
            yield Finding(CUSTOM, line(each), f"{path!r} is not in the archive.", "Add the file.")
        else:
            yield from _page(path, files[path].decode("utf-8", "replace"))
    types = files[TYPES].decode("utf-8", "replace")
    for path in files:
        if path.startswith("WebResources/") and f'PartName="/{path}"' not in types:
            yield Finding(TYPES, 1, f"{path} has no content type.", "Add an Override with its PartName.")


def _page(path: str, text: str) -> Iterator[Finding]:
    for needed, what in (
        ("inlayAround", "The page opens no panel."),
        ('.get("typename")', "The page does not ask which table the form is of."),
        ('.get("id")', "The page does not ask which row is open."),
    ):
        if needed not in text:
            yield Finding(path, 0, what, "Build the package anew.")
