"""What SharePoint demands of a `.sppkg`: its parts, how they name each other, and what its components say.

There is no published schema of the parts; the shapes are those that the vendor's own packager writes (1.23.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname

from lxml import etree

from app.hosts._microsoft_package import guid_like, picture
from app.hosts._package_findings import Finding, xml
from app.hosts._xml_rules import line, local, one_of, ordered
from app.hosts.sharepoint.component_rules import component

REL = "http://schemas.microsoft.com/sharepoint/2012/app/relationships/"
_KINDS = {
    "package-manifest", "manifest-feature", "manifest-clientsideasset", "manifest-icon", "partconfiguration",
    "feature-elementmanifest", "feature-elementfile", "feature-upgradeactions", "clientsideasset",
}  # fmt: skip
_PARTS = ("[Content_Types].xml", "_rels/.rels", "AppManifest.xml", "_rels/AppManifest.xml.rels")
_ROOTS = {  # a part's root element, and its namespace
    "Types": "http://schemas.openxmlformats.org/package/2006/content-types",
    "Relationships": "http://schemas.openxmlformats.org/package/2006/relationships",
    "App": "http://schemas.microsoft.com/sharepoint/2012/app/manifest",
    "Feature": "http://schemas.microsoft.com/sharepoint/",
    "Elements": "http://schemas.microsoft.com/sharepoint/",
    "AppPartConfig": "http://schemas.microsoft.com/sharepoint/2012/app/partconfiguration",
}
_PROPERTIES = (
    "Title", "DeveloperProperties", "SupportedLocales", "AppIconPath", "ShortDescription", "LongDescription",
    "CategoryID", "Screenshots", "VideoUrl",
)  # fmt: skip
_LOCATIONS = {
    f"ClientSideExtension.{each}"
    for each in (
        "ApplicationCustomizer",
        "ListViewCommandSet",
        "ListViewCommandSet.CommandBar",
        "ListViewCommandSet.ContextMenu",
    )
}
_ICON = 96


def recognises(files: Mapping[str, bytes]) -> bool:
    """By the manifest that only these packages have."""
    return "AppManifest.xml" in files and "[Content_Types].xml" in files


def verify(files: Mapping[str, bytes]) -> list[Finding]:
    """All that is wrong with the parts of a package."""
    found = [Finding(path, 0, "This part is missing.", "Add it.") for path in _PARTS if path not in files]
    roots: dict[str, etree._Element] = {}
    for path, content in files.items():
        if path.endswith((".xml", ".rels")):
            root, problems = xml(path, content)
            found += problems if path.endswith(".rels") else []  # of the others the scan says so
            if root is not None:
                roots[path] = root
                found += _root(path, root)
    found += _relations(files, roots)
    found += _content_types(files, roots)
    if "AppManifest.xml" in roots:
        found += _manifest("AppManifest.xml", roots["AppManifest.xml"])
    found += _components(files, roots)
    for path in files:
        if path.startswith("images/") and path.endswith(".png"):
            found += picture(path, files[path], _ICON)
    return found


def _root(path: str, root: etree._Element) -> Iterator[Finding]:
    name, namespace = local(root), etree.QName(root).namespace
    if _ROOTS.get(name) != namespace:
        yield Finding(path, line(root), f"<{name}> of {namespace!r} is no root that the host knows.", "Mend its name.")


def _relations(files: Mapping[str, bytes], roots: Mapping[str, etree._Element]) -> Iterator[Finding]:
    """Every target is there, and every part is some other's target: what nobody names is not deployed."""
    named = {"[Content_Types].xml"}
    for path, root in roots.items():
        if not path.endswith(".rels"):
            continue
        ids = set()
        owner = _owner(path)
        if owner and owner not in files:
            yield Finding(path, 0, f"It is about {owner}, which is not in the package.", "Add the part, or drop this.")
        for each in root:
            target, kind, name = (each.get(key, "") for key in ("Target", "Type", "Id"))
            named.add(target.removeprefix("/"))
            if not target.startswith("/") or target[1:] not in files:
                yield Finding(
                    path, line(each), f"{target!r} is not in the package.", "Add the part, or drop this line."
                )
            if kind.removeprefix(REL) not in _KINDS:
                yield Finding(path, line(each), f"{kind!r} is no relationship.", f"Use one of: {sorted(_KINDS)}.")
            if not name or name in ids:
                yield Finding(path, line(each), f"The Id {name!r} is not its own.", "Number them: r0, r1, ...")
            ids.add(name)
    for path in files:
        if path not in named and not path.endswith(".rels"):
            yield Finding(path, 0, "No part names this one, so it is not deployed.", "Add a relationship to it.")


def _owner(path: str) -> str:
    """The part that a relationship file is about; "" for the package's own."""
    folder = dirname(dirname(path))
    name = path.rsplit("/", 1)[1].removesuffix(".rels")
    return f"{folder}/{name}".lstrip("/") if name else ""


def _content_types(files: Mapping[str, bytes], roots: Mapping[str, etree._Element]) -> Iterator[Finding]:
    root = roots.get("[Content_Types].xml")
    if root is None:
        return
    known = {str(each.get("Extension", "")).lower() for each in root}
    for path in files:
        suffix = path.rsplit(".", 1)[-1].lower()
        if suffix not in known and path != "[Content_Types].xml":
            mend = f"Add a Default for {suffix}, or give the file its right suffix."
            yield Finding(path, 0, f"[Content_Types].xml has no type for .{suffix}.", mend)


def _manifest(path: str, app: etree._Element) -> Iterator[Finding]:
    yield from ordered(path, app, ("Properties", "WebApiPermissionRequests"), {"Properties"})
    for each in app:
        if local(each) == "Properties":
            yield from ordered(path, each, _PROPERTIES, {"Title", "ShortDescription"})
    yield from one_of(path, app, "IsClientSideSolution", {"true"})
    if app.get("IsDomainIsolated", "false") != "false":
        yield Finding(path, line(app), "Domain-isolated web parts were switched off.", 'Set IsDomainIsolated="false".')
    if not guid_like(app.get("ProductID", "")):
        yield Finding(path, line(app), f"ProductID {app.get('ProductID')!r} is no GUID.", "Write a GUID.")
    if not re.fullmatch(r"\d+(\.\d+){3}", app.get("Version", "")):
        mend = "Write four numbers, as 1.2.3.0, and raise them with every change."
        yield Finding(path, line(app), f"Version {app.get('Version')!r} has not four parts.", mend)
    if not app.get("Name"):
        yield Finding(path, line(app), "The package has no Name.", "Name it.")
    for each in app.iter("{*}WebApiPermissionRequest"):
        if not each.get("ResourceId") or not each.get("Scope"):
            yield Finding(path, line(each), "A permission needs ResourceId and Scope.", "Name the API and its scope.")
        elif guid_like(each.get("ResourceId", "")):
            yield Finding(path, line(each), "ResourceId is an id.", "Write the API's display name in the directory.")


def _components(files: Mapping[str, bytes], roots: Mapping[str, etree._Element]) -> Iterator[Finding]:
    known = set()
    for path, root in roots.items():
        for each in root.iter("{*}ClientSideComponent"):
            known.add(each.get("Id", "").lower())
            yield from component(path, each, files)
    for path, root in roots.items():
        for each in root.iter("{*}ClientSideComponentInstance", "{*}CustomAction"):
            attribute = "ComponentId" if local(each) == "ClientSideComponentInstance" else "ClientSideComponentId"
            yield from one_of(path, each, "Location", _LOCATIONS)
            if each.get(attribute, "").lower() not in known:
                what = f"{attribute} {each.get(attribute)!r} is no component of this package."
                yield Finding(path, line(each), what, "Name the Id of one of its ClientSideComponents.")
