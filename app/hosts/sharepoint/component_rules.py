"""What a component says of itself in its manifest, and whether its script is the one that the host looks for.

The manifest's own schema is the vendor's npm package sp-module-interfaces, which a proof runs; these are its rules
that people break, and those that it does not know: that what is named is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from app.hosts._package_findings import Finding
from app.hosts._xml_rules import line, local, one_of

_TYPES = {"WebPart", "Extension", "AdaptiveCardExtension", "Library", "Application"}
_EXTENSIONS = {"ApplicationCustomizer", "ListViewCommandSet", "FormCustomizer", "FieldCustomizer"}
_HOSTS = {"SharePointFullPage", "SharePointWebPart", "TeamsTab", "TeamsPersonalApp", "TeamsMeetingApp", "Dashboard"}
_IN_PACKAGE = "HTTPS://SPCLIENTSIDEASSETLIBRARY/"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def component(path: str, element: etree._Element, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """All that is wrong with one component."""
    at = line(element)
    yield from one_of(path, element, "Type", _TYPES)
    try:
        said = json.loads(element.get("ComponentManifest", ""))
    except ValueError as error:
        yield Finding(path, at, f"ComponentManifest is no JSON: {error}.", "Write the manifest as JSON, escaped.")
        return
    if not isinstance(said, dict):
        yield Finding(path, at, "ComponentManifest is no object.", "Write the manifest as a JSON object.")
        return
    parent = element.getparent()
    modules = [] if parent is None else [each for each in parent if local(each) == "Module"]
    if element.get("Type") == "WebPart" and not modules:
        yield Finding(path, at, "The web part has no <Module>.", 'Add <Module Url="_catalogs/wp" List="113">.')
    if element.get("Type") == "Extension" and modules:
        yield Finding(path, line(modules[0]), "An extension has no <Module>.", "Take it out.")
    for what, mend in (*_facts(element, said), *_kind(said), *_loader(said, files)):
        yield Finding(path, at, what, mend)


def _facts(element: etree._Element, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not _ID.fullmatch(str(said.get("id"))):
        yield f"The manifest's id {said.get('id')!r} is no GUID in small letters.", "Write it in small letters."
    if said.get("id") != element.get("Id", "").lower():
        yield f"Id {element.get('Id')!r} is not the manifest's id {said.get('id')!r}.", "Write the same id in both."
    if said.get("componentType") != element.get("Type"):
        yield f"componentType is {said.get('componentType')!r}, but Type is {element.get('Type')!r}.", "Make them one."
    if not re.fullmatch(r"[a-zA-Z0-9-]{5,40}", str(said.get("alias"))):
        yield f"The alias {said.get('alias')!r} is not taken.", "Use 5 to 40 letters, digits and hyphens."
    if not re.fullmatch(r"\d+\.\d+\.\d+", str(said.get("version"))):
        yield f"The component's version {said.get('version')!r} is not taken.", "Write three numbers, as 1.2.3."
    if said.get("manifestVersion") != 2:
        yield f"manifestVersion is {said.get('manifestVersion')!r}.", "Write 2."


def _kind(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if said.get("componentType") == "WebPart":
        hosts = said.get("supportedHosts")
        unknown = sorted({str(each) for each in hosts} - _HOSTS) if isinstance(hosts, list) else ["none"]
        if unknown:
            yield f"supportedHosts names {', '.join(unknown)}.", f"Use some of: {', '.join(sorted(_HOSTS))}."
        if not said.get("preconfiguredEntries"):
            yield "The web part has no preconfiguredEntries.", "Add one: it is what authors of pages choose."
    if said.get("componentType") == "Extension":
        if said.get("extensionType") not in _EXTENSIONS:
            yield f"extensionType is {said.get('extensionType')!r}.", f"Use one of: {', '.join(sorted(_EXTENSIONS))}."
        items = said.get("items") or {}
        if said.get("extensionType") == "ListViewCommandSet" and not items:
            yield "The command set has no items.", "Add a command."
        for name in items:
            if not re.fullmatch(r"[A-Z0-9_]+", name):
                yield f"The command's id {name!r} is not taken.", "Use capital letters, digits and _."


def _loader(said: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    loader = said.get("loaderConfig") or {}
    resources, entry = loader.get("scriptResources") or {}, loader.get("entryModuleId")
    if entry not in resources:
        yield f"entryModuleId {entry!r} is not among scriptResources.", "Name the script that holds the component."
    if loader.get("internalModuleBaseUrls") != [_IN_PACKAGE]:
        yield "The scripts are not looked for in the package.", f'Write "internalModuleBaseUrls": ["{_IN_PACKAGE}"].'
    for name, resource in resources.items():
        if not isinstance(resource, dict) or resource.get("type") not in {"path", "component", "localizedPath"}:
            yield f"The script {name!r} has no type that the host knows.", "Use path, component or localizedPath."
        elif resource["type"] == "path":
            script = files.get(f"ClientSideAssets/{resource.get('path')}")
            if script is None:
                yield f"ClientSideAssets/{resource.get('path')} is not in the package.", "Add the script."
            elif name == entry and f'define("{said.get("id")}_{said.get("version")}"'.encode() not in script:
                yield (
                    f"{resource['path']} does not define {said.get('id')}_{said.get('version')}.",
                    "Define the module under the component's id and version.",
                )
        elif resource["type"] == "component" and not _ID.fullmatch(str(resource.get("id"))):
            yield f"The library {name!r} is named without its id.", "Write the library's component id."
