"""The two panels for record pages: their parts are there, and name what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml.etree import _Element

from app.hosts._package_findings import Finding, line_at, line_of, xml
from app.hosts.salesforce.metadata import TARGETS

_LIGHTNING = re.compile(r"(?:^|.*/)lwc/([^/]+)/([^/]+)$")
_AURA = re.compile(r"(?:^|.*/)aura/([^/]+)/([^/]+)$")
_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
_TYPES = frozenset({"String", "Integer", "Boolean", "Color"})
_PREFIXES = b'<x xmlns:aura="a" xmlns:force="f" xmlns:lightning="l" xmlns:c="c">'  # the host knows them undeclared
_ACTION = re.compile(r"\{!c\.(\w+)\}")
# https://developer.salesforce.com/docs/platform/lightning-components-security/guide/lws-iframes.html
_RESERVED = re.compile(r"https?://[^\s\"'`]*/(?:aura|webruntime)(?=[/\"'`?]|$)")
_IN_TEMPLATE = (
    (re.compile(r"<script\b", re.I), "A template runs no script.", "Put it into the module."),
    (re.compile(r"\ssrcdoc\s*=", re.I), "The host refuses srcdoc.", "Use src."),
    (re.compile(r"\son\w+\s*=\s*[\"']", re.I), "A handler in quotes is refused.", "Write onload={handler}."),
    (re.compile(r"<iframe(?![^>]*\ssandbox=)", re.I), "The frame has no sandbox.", "Add sandbox with what it needs."),
)


def bundles(files: Mapping[str, bytes], roots: Mapping[str, _Element], apps: set[str]) -> Iterator[Finding]:
    """Every rule of both kinds of bundle; `apps`: the canvas apps that a bundle may name."""
    for folder, names in _grouped(files, _LIGHTNING).items():
        yield from _lightning(folder, names, files, roots)
    for folder, names in _grouped(files, _AURA).items():
        yield from _aura(folder, names, files, apps)


def _grouped(files: Mapping[str, bytes], pattern: re.Pattern[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in files:
        if match := pattern.fullmatch(path):
            found.setdefault(path[: match.start(2) - 1], set()).add(match[2])
    return found


def _lightning(
    folder: str, names: set[str], files: Mapping[str, bytes], roots: Mapping[str, _Element]
) -> Iterator[Finding]:
    name = folder.rpartition("/")[2]
    if not _NAME.fullmatch(name):
        yield Finding(folder, 0, f"{name!r} is no name of a component.", "Begin with a small letter; no hyphens.")
    for needed in (f"{name}.js", f"{name}.html", f"{name}.js-meta.xml"):
        if needed not in names:
            yield Finding(f"{folder}/{needed}", 0, "This part of the component is missing.", "Add it.")
    for each in sorted(names):
        path = f"{folder}/{each}"
        if each.endswith(".html"):
            yield from _template(path, files[path])
        if each.endswith(".js"):
            yield from _script(path, files[path])
    root = roots.get(f"{folder}/{name}.js-meta.xml")
    if root is not None:
        yield from _described(f"{folder}/{name}.js-meta.xml", root)


def _template(path: str, content: bytes) -> Iterator[Finding]:
    text = content.decode("utf-8", "replace")
    for pattern, what, mend in _IN_TEMPLATE:
        for match in pattern.finditer(text):
            yield Finding(path, text[: match.start()].count("\n") + 1, what, mend)


def _script(path: str, content: bytes) -> Iterator[Finding]:
    text = content.decode("utf-8", "replace")
    for match in _RESERVED.finditer(text):
        line = text[: match.start()].count("\n") + 1
        yield Finding(path, line, "/aura and /webruntime are the host's own paths.", "Use another address.")
    for match in re.finditer(r"\b(?:eval|Function)\s*\(|\bimport\s*\(\s*[\"']https?:|from\s+[\"']https?:", text):
        yield Finding(path, text[: match.start()].count("\n") + 1, "Code from elsewhere is refused.", "Bring it along.")


def _described(path: str, root: _Element) -> Iterator[Finding]:
    for each in root.iter("{*}target"):
        if each.text not in TARGETS:
            yield Finding(path, line_at(each), f"There is no target {each.text!r}.", f"Use one of: {_listed(TARGETS)}.")
    for each in root.iter("{*}property"):
        line = line_at(each)
        choices = [choice.strip() for choice in (each.get("datasource") or "").split(",") if choice.strip()]
        if each.get("type") not in _TYPES:
            yield Finding(path, line, f"There is no type {each.get('type')!r}.", f"Use one of: {_listed(_TYPES)}.")
        if choices and each.get("default") not in {None, *choices}:
            what = f"The default {each.get('default')!r} is none of the choices."
            yield Finding(path, line, what, f"Use one of: {', '.join(choices)}.")
    for each in root.iter("{*}supportedFormFactor"):
        if each.get("type") not in {"Large", "Small"}:
            yield Finding(path, line_at(each), f"There is no form factor {each.get('type')!r}.", "Large or Small.")


def _aura(folder: str, names: set[str], files: Mapping[str, bytes], apps: set[str]) -> Iterator[Finding]:
    name = folder.rpartition("/")[2]
    path = f"{folder}/{name}.cmp"
    for needed in (f"{name}.cmp", f"{name}.cmp-meta.xml"):
        if needed not in names:
            yield Finding(f"{folder}/{needed}", 0, "This part of the component is missing.", "Add it.")
    if path not in files:
        return
    content = files[path]
    root, wrong = xml(path, _PREFIXES + content + b"</x>")
    yield from wrong
    for app in root.iter("{*}canvasApp") if root is not None else ():
        if app.get("developerName") not in apps:
            what = f"There is no app {app.get('developerName')!r} in the package."
            yield Finding(path, line_at(app), what, f"Name the app: {_listed(apps) or 'there is none'}.")
    script = files.get(f"{folder}/{name}Controller.js", b"").decode("utf-8", "replace")
    for action in sorted(set(_ACTION.findall(content.decode("utf-8", "replace")))):
        if not re.search(rf"\b{action}\s*:\s*function\b", script):
            yield Finding(path, line_of(content, f"c.{action}"), f"The controller has no {action}.", "Add it.")


def _listed(words: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(words))
