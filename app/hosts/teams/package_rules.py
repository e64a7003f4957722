"""What Teams demands of an app package: the manifest's form, its icons, and that what it names is there.

Form, lengths and words are those of the vendor's schema v1.30, which a proof runs; that addresses have TLS and belong
to valid domains, that pictures are there and of their size, no schema says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from app.hosts._microsoft_package import guid_like, picture
from app.hosts._package_findings import Finding, line_of, parsed_json

MANIFEST = "manifest.json"
_KNOWN = {
    "$schema", "manifestVersion", "version", "id", "developer", "name", "description", "icons", "accentColor",
    "localizationInfo", "staticTabs", "configurableTabs", "permissions", "devicePermissions", "validDomains",
    "showLoadingIndicator", "isFullScreen", "webApplicationInfo", "authorization", "extensions",
    "supportsChannelFeatures", "defaultInstallScope", "defaultGroupCapability", "activities", "bots",
    "composeExtensions", "connectors", "meetingExtensionDefinition", "graphConnector", "subscriptionOffer",
    "publisherDocsUrl", "intuneInfo", "dashboardCards", "copilotAgents", "elementRelationshipSet",
    "defaultBlockUntilAdminAction",
}  # fmt: skip
_REQUIRED = ("manifestVersion", "version", "id", "developer", "name", "description", "icons", "accentColor")
_LENGTHS = {
    "developer.name": 32, "name.short": 30, "name.full": 100, "description.short": 80, "description.full": 4000,
    "developer.websiteUrl": 2048, "developer.privacyUrl": 2048, "developer.termsOfUseUrl": 2048,
}  # fmt: skip
_WORDS = {
    ("staticTabs", "scopes"): {"personal", "team", "groupChat"},
    ("configurableTabs", "scopes"): {"team", "groupChat"},
    ("configurableTabs", "context"): {
        "personalTab", "channelTab", "privateChatTab", "meetingChatTab", "meetingDetailsTab", "meetingSidePanel",
        "meetingStage",
    },
}  # fmt: skip
_ICONS = {"color": 192, "outline": 32, "color32x32": 32}
_NEEDS = {"staticTabs": ("entityId", "scopes"), "configurableTabs": ("configurationUrl", "scopes")}


def recognises(files: Mapping[str, bytes]) -> bool:
    """By its manifest, wherever somebody packed it."""
    return any(path.rsplit("/", 1)[-1] == MANIFEST and b"/teams/v" in content for path, content in files.items())


def verify(files: Mapping[str, bytes]) -> list[Finding]:
    """All that is wrong with the files of a package."""
    if MANIFEST not in files:
        inner = next((path for path in files if path.endswith(f"/{MANIFEST}")), "")
        mend = "Pack the files themselves, not their folder." if inner else "Add it."
        return [Finding(inner or MANIFEST, 0, "manifest.json is not at the top of the archive.", mend)]
    said, _ = parsed_json(MANIFEST, files[MANIFEST])  # what is no JSON the scan says
    if not isinstance(said, dict):
        return [Finding(MANIFEST, 1, "The manifest is no JSON object.", "Write it as one object.")]
    find = partial(_finding, files[MANIFEST])
    parts = (_form, _lengths, _tabs, _addresses, _sign_in)
    return [
        *(find(*each) for part in parts for each in part(said)),
        *_pictures(said, files),
        *_languages(said, files),
    ]


Wrong = tuple[str, str, str]  # what of the manifest's text is wrong, why, and the mend


def _finding(manifest: bytes, where: str, what: str, mend: str) -> Finding:
    return Finding(MANIFEST, line_of(manifest, where), what, mend)


def _form(said: Mapping[str, Any]) -> Iterator[Wrong]:
    for name in said.keys() - _KNOWN:
        yield f'"{name}"', f"{name!r} is not known.", "Take it out: the host refuses what it does not know."
    for name in _REQUIRED:
        if name not in said:
            yield "{", f"The manifest has no {name!r}.", "Add it."
    version, schema = str(said.get("manifestVersion")), str(said.get("$schema"))
    if f"/teams/v{version}/" not in schema:
        yield '"manifestVersion"', f"manifestVersion is {version!r}, $schema {schema!r}.", "Name the same version."
    if not guid_like(str(said.get("id"))):
        yield '"id"', f"The app's id {said.get('id')!r} is no GUID.", "Write a GUID."
    if not re.fullmatch(r"\d{1,5}\.\d{1,5}\.\d{1,5}", str(said.get("version"))):
        yield '"version"', f"The version {said.get('version')!r} is not taken.", "Write three numbers, as 1.2.3."
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", str(said.get("accentColor"))):
        yield '"accentColor"', f"accentColor is {said.get('accentColor')!r}.", "Write it as #2A3FB0."


def _lengths(said: Mapping[str, Any]) -> Iterator[Wrong]:
    for name, most in _LENGTHS.items():
        outer, inner = name.split(".")
        held = said.get(outer)
        text = held.get(inner) if isinstance(held, dict) else None
        if not isinstance(text, str) or not 0 < len(text) <= most:
            yield f'"{inner}"', f"{name} is missing, empty or too long.", f"Write 1 to {most} characters."


def _tabs(said: Mapping[str, Any]) -> Iterator[Wrong]:
    if len(said.get("configurableTabs") or ()) > 1:
        yield '"configurableTabs"', "There is more than one configurable tab.", "Keep one."
    for family, needs in _NEEDS.items():
        for tab in said.get(family) or ():
            for name in needs:
                if not tab.get(name):
                    yield f'"{family}"', f"A tab of {family} has no {name}.", "Add it."
    for (family, name), allowed in _WORDS.items():
        for tab in said.get(family) or ():
            for word in tab.get(name) or ():
                if word not in allowed:
                    mend = f"Use some of: {', '.join(sorted(allowed))}."
                    yield f'"{word}"', f"{family}.{name} names {word!r}.", mend


def _addresses(said: Mapping[str, Any]) -> Iterator[Wrong]:
    domains = [str(each) for each in said.get("validDomains") or ()]
    for each in domains:
        if "/" in each or each.startswith("*") or not each:
            yield f'"{each}"', f"The valid domain {each!r} is not taken.", "Write a host's name alone, no wildcard."
    for family, name in (("staticTabs", "contentUrl"), ("configurableTabs", "configurationUrl")):
        for tab in said.get(family) or ():
            url = str(tab.get(name, ""))
            if urlsplit(url).scheme != "https" and not url.startswith("http://localhost"):
                yield f'"{name}"', f"{name} is {url!r}, no https address.", "Use https."
            elif urlsplit(url).netloc not in domains:
                yield f'"{name}"', f"{urlsplit(url).netloc} is no valid domain.", "Add it to validDomains."
            elif "/" not in urlsplit(url).path:
                yield f'"{name}"', f"{name} has no path.", "Write the page's whole address."


def _sign_in(said: Mapping[str, Any]) -> Iterator[Wrong]:
    """https://learn.microsoft.com/microsoftteams/platform/tabs/how-to/authentication/tab-sso-register-aad"""
    info = said.get("webApplicationInfo")
    if not isinstance(info, dict):
        yield "{", "There is no webApplicationInfo, so nobody is signed in.", "Name the app's id and its App ID URI."
        return
    client, resource = str(info.get("id", "")), str(info.get("resource", ""))
    if not guid_like(client):
        yield '"webApplicationInfo"', f"Its id {client!r} is no GUID.", "Write the id of the app's registration."
    if urlsplit(resource).scheme != "api" or not resource.endswith(f"/{client}"):
        yield '"resource"', f"resource is {resource!r}.", "Write the App ID URI: api://<host>/<app id>."
    elif urlsplit(resource).netloc not in (said.get("validDomains") or ()):
        yield '"resource"', f"{urlsplit(resource).netloc} is no valid domain.", "Add it to validDomains."


def _pictures(said: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[Finding]:
    icons = said.get("icons") or {}
    for name, size in _ICONS.items():
        path = str(icons.get(name, ""))
        if not path and name == "color32x32":
            continue
        if path not in files:
            line = line_of(files[MANIFEST], f'"{name}"')
            yield Finding(MANIFEST, line, f"The icon {path!r} is not in the package.", "Add it at the top.")
        else:
            yield from picture(path, files[path], size, transparent=name != "color")


def _languages(said: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[Finding]:
    for each in (said.get("localizationInfo") or {}).get("additionalLanguages") or ():
        path = str(each.get("file", ""))
        if path not in files:
            line = line_of(files[MANIFEST], f'"{path}"')
            yield Finding(MANIFEST, line, f"The texts {path!r} are not in the package.", "Add the file, or drop it.")
