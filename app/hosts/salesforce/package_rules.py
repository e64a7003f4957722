"""What an org would refuse in our package, or take and then show nothing: without asking it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml.etree import QName, _Element

from app.hosts._package_findings import Finding, line_at, line_of, parsed_json, xml
from app.hosts.salesforce.bundles import bundles
from app.hosts.salesforce.metadata import API, BY_SUFFIX, MANIFEST, NAMESPACE, Kind, Shape, suffix_of

_APP = "externalClientApplication"
_PROJECT, _MANIFEST = "sfdx-project.json", "package.xml"
_SCOPES = frozenset({"Api", "Basic", "OpenID", "RefreshToken", "OfflineAccess", "Profile", "Email"})
_MAX_IDLE_DAYS = 30

Documents = Mapping[str, tuple[Kind, _Element]]


def recognises(files: Mapping[str, bytes]) -> bool:
    """A source project, or a zip for the Metadata API."""
    return _PROJECT in files or (_MANIFEST in files and NAMESPACE.encode() in files[_MANIFEST])


def verify(files: Mapping[str, bytes]) -> list[Finding]:
    """Every rule on every file, then what binds the files together."""
    source = _PROJECT in files
    found: list[Finding] = [] if source or _MANIFEST in files else [_neither()]
    documents: dict[str, tuple[Kind, _Element]] = {}
    for path, content in files.items():
        found += _placed(path, source)
        kind = BY_SUFFIX.get(suffix_of(path))
        if kind is None:
            continue
        root, _ = xml(path, content)  # that it is none, is said of every file of every host
        if root is not None:
            documents[path] = (kind, root)
            found += _rooted(path, kind.name, root) or _shaped(path, root, kind.shape)
    found += _apps(documents)
    found += _rights(documents)
    for path, (kind, root) in documents.items():
        found += _particular(path, kind.name, root)
    found += bundles(files, {path: root for path, (_, root) in documents.items()}, _app_names(documents))
    found += _project(files) if source else _listed(files, documents)
    return found


def _neither() -> Finding:
    what = "There is neither sfdx-project.json nor package.xml at the top."
    return Finding(_MANIFEST, 0, what, "Pack the folder's content, not the folder.")


def _placed(path: str, source: bool) -> Iterator[Finding]:
    """Known by its suffix, and in the folder of its type."""
    if path in {_PROJECT, _MANIFEST, "README.md"}:
        return
    suffix = suffix_of(path)
    kind = BY_SUFFIX.get(suffix)
    parts = path.split("/")
    if "lwc" in parts or "aura" in parts:
        return
    if kind is None:
        known = ", ".join(sorted(BY_SUFFIX))
        yield Finding(path, 0, f"No type of metadata has the suffix {suffix!r}.", f"Known are: {known}.")
    elif kind.folder not in parts[:-1]:
        yield Finding(path, 0, f"A {kind.name} does not belong here.", f"Put it into {kind.folder}/.")
    elif source != path.endswith("-meta.xml"):
        mend = "In a source project names end in -meta.xml, in a metadata zip they do not."
        yield Finding(path, 0, "This is the other format's name.", mend)


def _rooted(path: str, name: str, root: _Element) -> list[Finding]:
    tag = QName(root)
    if tag.localname != name or tag.namespace != NAMESPACE:
        mend = f'Begin it with <{name} xmlns="{NAMESPACE}">.'
        return [Finding(path, line_at(root), f"The root element is {tag.localname}, not {name}.", mend)]
    return []


def _shaped(path: str, element: _Element, shape: Shape) -> Iterator[Finding]:
    """Known names, in their order, with what must be there and values that are among the allowed."""
    before = ""
    for child in _children(element):
        name, line, text = _name(child), line_at(child), (child.text or "").strip()
        if name not in shape.elements:
            yield Finding(path, line, f"<{name}> is unknown in <{_name(element)}>.", "Take it out.")
            continue
        if before and _late(before, name, shape):
            mend = "Elements stand in the order of their names, equal ones together."
            yield Finding(path, line, f"<{name}> stands after <{before}>.", mend)
        before = name
        allowed = shape.values.get(name)
        if allowed is not None and text not in allowed:
            yield Finding(
                path, line, f"{text!r} is no value of <{name}>.", f"Use one of: {', '.join(sorted(allowed))}."
            )
        if name in shape.inside:
            yield from _shaped(path, child, shape.inside[name])
    for name in sorted(shape.required - {_name(child) for child in _children(element)}):
        yield Finding(path, line_at(element), f"<{_name(element)}> lacks <{name}>.", "Add it, in its order.")


def _late(before: str, name: str, shape: Shape) -> bool:
    """In the description of a bundle, the targets come before what configures them."""
    if {before, name} == {"targets", "targetConfigs"}:
        return before == "targetConfigs"
    return shape.rank(name) < shape.rank(before)


def _app_names(documents: Documents) -> set[str]:
    return {_stem(path) for path, (kind, _) in documents.items() if kind.suffix == "eca"}


def _apps(documents: Documents) -> Iterator[Finding]:
    """Settings and policies name the app that is in the package."""
    apps = _app_names(documents)
    for path, (_, root) in documents.items():
        for child in _children(root, _APP):
            if child.text not in apps:
                mend = f"Name the app's file: {', '.join(sorted(apps)) or 'there is none'}."
                yield Finding(path, line_at(child), f"There is no app {child.text!r} in the package.", mend)


def _rights(documents: Documents) -> Iterator[Finding]:
    """Permissions are given for fields that the package brings, and that may be left empty."""
    fields = {}
    for path, (kind, root) in documents.items():
        if kind.suffix == "field":
            fields[f"{path.split('/')[-3]}.{_text(root, 'fullName')}"] = root
        elif kind.suffix == "object":
            fields |= {f"{_stem(path)}.{_text(each, 'fullName')}": each for each in _children(root, "fields")}
    for path, (kind, root) in documents.items():
        for permission in _children(root, "fieldPermissions") if kind.suffix == "permissionset" else ():
            name, line = _text(permission, "field"), line_at(permission)
            if name not in fields:
                yield Finding(path, line, f"The package has no field {name}.", "Add the field, or take this out.")
            elif _text(fields[name], "required") == "true":
                mend = "Take it out: who sees the record sees a required field."
                yield Finding(path, line, f"{name} is required, so nobody can be given it.", mend)


def _particular(path: str, kind: str, root: _Element) -> Iterator[Finding]:
    """What the vendor types as plain text, and what it takes but does not work."""
    line = line_at(root)
    for child in _children(root):
        name, text, line = _name(child), (child.text or "").strip(), line_at(child)
        if name in {"consumerKey", "consumerSecret"}:
            yield Finding(path, line, f"<{name}> is written down.", "Take it out: the org makes its own.")
        if name.endswith("Url") and not re.match(r"https://|http://(?:localhost|127\.|\[::1\])", text):
            yield Finding(path, line, f"{text!r} is no https address.", "Use an https address.")
        if name == "canvasUrl" and "#" in text:
            yield Finding(path, line, "What follows # is cut off by the host.", "Take it out of the address.")
        if name == "commaSeparatedOauthScopes" and (wrong := {each.strip() for each in text.split(",")} - _SCOPES):
            mend = f"Ask for the least: {', '.join(sorted(_SCOPES))}."
            yield Finding(path, line, f"{', '.join(sorted(wrong))} is more than panels need.", mend)
    if kind == "CspTrustedSite" and not any(
        _name(child).startswith("isApplicableTo") and child.text == "true" for child in _children(root)
    ):
        yield Finding(path, line, "It allows nothing.", "Set isApplicableToFrameSrc to true.")
    if kind == "ExtlClntAppOauthConfigurablePolicies":
        yield from _idle(path, root)


def _idle(path: str, root: _Element) -> Iterator[Finding]:
    """https://developer.salesforce.com/docs/atlas.en-us.packagingGuide.meta/packagingGuide/secure_code_ac_eca.htm"""
    policy, unit = _text(root, "refreshTokenPolicyType"), _text(root, "refreshTokenValidityUnit")
    period = _text(root, "refreshTokenValidityPeriod")
    hours = {"Hours": 1, "Days": 24, "Months": 744}.get(unit, 0)
    short = policy == "Zero" or (hours and period.isdigit() and int(period) * hours <= _MAX_IDLE_DAYS * 24)
    if policy and not short:
        what = f"Refresh tokens may be idle for more than {_MAX_IDLE_DAYS} days."
        yield Finding(path, line_at(root), what, "Set SpecificInactivity, 30, Days.")


def _project(files: Mapping[str, bytes]) -> Iterator[Finding]:
    value, _ = parsed_json(_PROJECT, files[_PROJECT])
    project: dict[str, Any] = value if isinstance(value, dict) else {}
    version = str(project.get("sourceApiVersion", ""))
    if not _is_new(version):
        line = line_of(files[_PROJECT], "sourceApiVersion")
        yield Finding(_PROJECT, line, f"Version {version or 'none'} does not know canvas settings.", f"Use {API}.")
    folders = [each.get("path", "") for each in project.get("packageDirectories", []) if isinstance(each, dict)]
    for name in folders or [""]:
        if not any(path.startswith(f"{name}/") for path in files):
            line = line_of(files[_PROJECT], "packageDirectories")
            yield Finding(
                _PROJECT, line, f"There is nothing in the folder {name!r}.", "Name the folder of the sources."
            )


def _listed(files: Mapping[str, bytes], documents: Documents) -> Iterator[Finding]:
    """The manifest names what is there, and only that."""
    root = xml(_MANIFEST, files[_MANIFEST])[0] if _MANIFEST in files else None
    if root is None or (wrong := _rooted(_MANIFEST, "Package", root)):
        yield from wrong if root is not None else ()
        return
    yield from _shaped(_MANIFEST, root, MANIFEST)
    if not _is_new(_text(root, "version")):
        line = line_of(files[_MANIFEST], "<version")
        yield Finding(_MANIFEST, line, "This version does not know canvas settings.", f"Use {API}.")
    here = set[tuple[str, str]]()
    for path, (kind, document) in documents.items():
        if kind.suffix == "object":
            here |= {
                ("CustomField", f"{_stem(path)}.{_text(each, 'fullName')}") for each in _children(document, "fields")
            }
        else:
            here.add((kind.name, path.split("/")[1] if kind.folder in {"aura", "lwc"} else _stem(path)))
    said = {
        (_text(types, "name"), member.text or ""): line_at(member)
        for types in _children(root, "types")
        for member in _children(types, "members")
    }
    for (kind_name, name), line in said.items():
        if (kind_name, name) not in here:
            yield Finding(_MANIFEST, line, f"There is no {kind_name} {name!r} in the package.", "Take the line out.")
    for kind_name, name in sorted(here - set(said)):
        yield Finding(_MANIFEST, 0, f"{kind_name} {name!r} is not listed, so it is not installed.", "Add it.")


def _is_new(version: str) -> bool:
    return bool(re.fullmatch(r"\d+\.0", version)) and float(version) >= float(API)


def _children(element: _Element, name: str = "") -> list[_Element]:
    return [each for each in element if isinstance(each.tag, str) and (not name or _name(each) == name)]


def _name(element: _Element) -> str:
    return QName(element).localname


def _text(element: _Element, name: str) -> str:
    return next(((child.text or "").strip() for child in _children(element, name)), "")


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]
