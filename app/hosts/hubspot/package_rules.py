"""What HubSpot demands of a project, without asking anybody: its schemas are given to accounts only.

https://developers.hubspot.com/docs/apps/developer-platform/build-apps/app-configuration
https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensions/extension-points/app-cards/reference
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from app.hosts._package_findings import Finding, line_of, parsed_json

KINDS = ("contacts", "companies", "deals", "tickets", "leads")
PROJECT, APP, CARDS = "hsproject.json", "src/app/app-hsmeta.json", "src/app/cards/"
_VERSIONS = ("2025.2", "2026.03")
_PLACES = frozenset({"crm.record.tab", "crm.record.sidebar", "crm.preview", "helpdesk.sidebar"})
_UID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_FETCH = re.compile(r'const LAUNCH = "([^"]*)"')


def recognises(files: Mapping[str, bytes]) -> bool:
    """By its project's file."""
    return any(path.rsplit("/", 1)[-1] == PROJECT for path in files)


def verify(files: Mapping[str, bytes]) -> list[Finding]:
    """All that is wrong with the files of a package."""
    missing = [
        Finding(path, 0, "This part of the project is missing.", "Add it.")
        for path in (PROJECT, APP)
        if path not in files
    ]
    if missing:
        return missing
    project, app = (_object(path, files) for path in (PROJECT, APP))
    found = [*_project(project, files[PROJECT]), *_app(app, files[APP])]
    cards = [path for path in files if path.startswith(CARDS) and path.endswith("-hsmeta.json")]
    if not cards:
        found.append(Finding(CARDS, 0, "There is no card.", "Add one: a file whose name ends in -hsmeta.json."))
    for path in cards:
        found += _card(path, _object(path, files), app, files)
    return found


def _object(path: str, files: Mapping[str, bytes]) -> Mapping[str, Any]:
    said, _ = parsed_json(path, files[path])  # what is no JSON the scan says
    return said if isinstance(said, dict) else {}


def _project(said: Mapping[str, Any], content: bytes) -> Iterator[Finding]:
    if said.get("platformVersion") not in _VERSIONS:
        what = f"platformVersion is {said.get('platformVersion')!r}."
        yield Finding(PROJECT, line_of(content, "platformVersion"), what, f"Use one of: {', '.join(_VERSIONS)}.")
    for name in ("name", "srcDir"):
        if not isinstance(said.get(name), str):
            yield Finding(PROJECT, 1, f"The project has no {name}.", "Add it.")


def _app(said: Mapping[str, Any], content: bytes) -> Iterator[Finding]:
    yield from _component(APP, said, content, "app")
    config = said.get("config")
    config = config if isinstance(config, dict) else {}
    auth = config.get("auth")
    scopes = auth.get("requiredScopes") if isinstance(auth, dict) else None
    if not scopes or not isinstance(scopes, list):
        yield Finding(APP, line_of(content, '"auth"'), "The app asks for no scope.", "Name what it reads.")
    elif any(".write" in str(each) for each in scopes):
        yield Finding(APP, line_of(content, ".write"), "The app asks to write.", "Ask for what it reads only.")
    permitted = config.get("permittedUrls")
    for name in ("fetch", "iframe"):
        urls = permitted.get(name) if isinstance(permitted, dict) else None
        if not urls or not isinstance(urls, list):
            line = line_of(content, "permittedUrls")
            yield Finding(APP, line, f"permittedUrls.{name} is empty.", "Name our address.")
            continue
        for url in urls:
            if urlsplit(str(url)).scheme != "https" and not str(url).startswith("http://localhost"):
                yield Finding(APP, line_of(content, f'"{url}"'), f"{url!r} is no https address.", "Use https.")


def _card(path: str, said: Mapping[str, Any], app: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[Finding]:
    content = files[path]
    yield from _component(path, said, content, "card")
    config = said.get("config")
    config = config if isinstance(config, dict) else {}
    if config.get("location") not in _PLACES:
        what = f"location is {config.get('location')!r}."
        yield Finding(path, line_of(content, '"location"'), what, f"Use one of: {', '.join(sorted(_PLACES))}.")
    if not config.get("objectTypes"):
        yield Finding(path, line_of(content, '"objectTypes"'), "The card is for no kind of record.", "Name some.")
    entry = f"src{config.get('entrypoint', '')}"
    if entry not in files:
        mend = "Name the file by its path below src, with / before it."
        yield Finding(path, line_of(content, '"entrypoint"'), f"{entry} is not in the project.", mend)
        return
    asked = _FETCH.search(files[entry].decode("utf-8", "replace"))
    permitted = app.get("config", {}).get("permittedUrls", {}).get("fetch", [])
    if asked is None or not any(asked[1].startswith(f"{url}/launch/") for url in permitted):
        yield Finding(entry, line_of(files[entry], "const LAUNCH"), "It asks no address of ours.", "Build it anew.")


def _component(path: str, said: Mapping[str, Any], content: bytes, kind: str) -> Iterator[Finding]:
    if said.get("type") != kind:
        yield Finding(path, line_of(content, '"type"'), f"type is {said.get('type')!r}.", f"Write {kind}.")
    if not _UID.fullmatch(str(said.get("uid", ""))):
        yield Finding(path, line_of(content, '"uid"'), f"uid {said.get('uid')!r} is not taken.", "Write a short name.")
