"""What Office demands of an add-in's XML manifest: order, closed words, references, addresses.

Order and words are those of the vendor's schema, [MS-OWEMXML], which a proof runs; the rest no schema says.
https://learn.microsoft.com/office/dev/add-ins/develop/manifest-element-ordering
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from lxml import etree

from app.hosts._microsoft_package import guid_like
from app.hosts._package_findings import Finding, xml
from app.hosts._xml_rules import children, line, local, one_of, ordered
from app.hosts.office.ribbon_rules import overrides

_SPACE = "http://schemas.microsoft.com/office/appforoffice/1.1"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ORDER = (
    "Id", "AlternateId", "Version", "ProviderName", "DefaultLocale", "DisplayName", "Description", "IconUrl",
    "HighResolutionIconUrl", "SupportUrl", "AppDomains", "Hosts", "Requirements", "DefaultSettings", "Permissions",
    "Dictionary", "VersionOverrides", "ExtendedOverrides",
)  # fmt: skip
_REQUIRED = {
    "Id", "Version", "ProviderName", "DefaultLocale", "DisplayName", "Description", "IconUrl", "Hosts",
    "DefaultSettings", "Permissions",
}  # fmt: skip
_HOSTS = {"Document", "Workbook", "Presentation", "Mailbox", "Notebook", "Project", "Database"}
_PERMISSIONS = {"Restricted", "ReadDocument", "ReadAllDocument", "WriteDocument", "ReadWriteDocument"}
_ADDRESSES = "{*}IconUrl", "{*}HighResolutionIconUrl", "{*}SupportUrl", "{*}SourceLocation", "{*}Image", "{*}Url"


def recognises(files: Mapping[str, bytes]) -> bool:
    """By the root of its only file."""
    return any(b"<OfficeApp" in content[:2000] for content in files.values())


def verify(files: Mapping[str, bytes]) -> list[Finding]:
    """All that is wrong with the manifest."""
    found: list[Finding] = []
    if len(files) != 1 or not all(path.endswith(".xml") for path in files):
        found += [Finding(path, 0, "An add-in's manifest is one .xml file.", "Hand out the manifest alone, as .xml.")
                  for path in files if not path.endswith(".xml") or len(files) != 1]  # fmt: skip
    for path, content in files.items():
        root, _ = xml(path, content)  # what is no XML the scan says
        if root is not None:
            found += _manifest(path, root)
    return found


def _manifest(path: str, root: etree._Element) -> Iterator[Finding]:
    if root.tag != f"{{{_SPACE}}}OfficeApp":
        yield Finding(path, line(root), "This is no add-in's manifest.", f"Begin with <OfficeApp> of {_SPACE}.")
        return
    yield from one_of(path, root, _TYPE, {"TaskPaneApp"})
    yield from ordered(path, root, _ORDER, _REQUIRED)
    said = {local(each): each for each in children(root)}
    yield from _values(path, said)
    yield from _lengths(path, said)
    for each in root.iterfind("{*}Hosts/{*}Host"):
        yield from one_of(path, each, "Name", _HOSTS)
    yield from _addresses(path, root)
    if "SupportUrl" not in said:
        yield Finding(path, line(root), "There is no SupportUrl.", "Add one: the marketplace asks for it.", "note")
    if "VersionOverrides" in said:
        yield from overrides(path, said["VersionOverrides"], _home(said))


def _values(path: str, said: Mapping[str, etree._Element]) -> Iterator[Finding]:
    for name, right, mend in (
        ("Id", guid_like, "Write a GUID."),
        ("Version", lambda text: re.fullmatch(r"\d{1,5}(\.\d{1,5}){0,3}", text), "Write up to four numbers."),
        ("DefaultLocale", lambda text: re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2,4})*", text), "Write it as en-US."),
        ("Permissions", _PERMISSIONS.__contains__, f"Use one of: {', '.join(sorted(_PERMISSIONS))}."),
    ):
        text = (said[name].text or "").strip() if name in said else ""
        if name in said and not right(text):
            yield Finding(path, line(said[name]), f"{name} is {text!r}.", mend)


def _lengths(path: str, said: Mapping[str, etree._Element]) -> Iterator[Finding]:
    for name, most in (("DisplayName", 125), ("Description", 250)):
        if name in said and not 0 < len(said[name].get("DefaultValue", "")) <= most:
            yield Finding(path, line(said[name]), f"{name} is empty or too long.", f"Write 1 to {most} characters.")


def _addresses(path: str, root: etree._Element) -> Iterator[Finding]:
    for each in root.iter(*_ADDRESSES):
        url = each.get("DefaultValue")
        if url is not None and urlsplit(url).scheme != "https" and not url.startswith("http://localhost"):
            yield Finding(path, line(each), f"<{local(each)}> is {url!r}, no https address.", "Use https.")
    for each in root.iterfind("{*}AppDomains/{*}AppDomain"):
        text = (each.text or "").strip()
        if "*" in text or not re.fullmatch(r"https?://[\w.:-]+", text):
            yield Finding(path, line(each), f"AppDomain is {text!r}.", "Write one whole origin, without a wildcard.")
    domains = {(each.text or "").strip() for each in root.iterfind("{*}AppDomains/{*}AppDomain")}
    for each in root.iterfind("{*}DefaultSettings/{*}SourceLocation"):
        parts = urlsplit(each.get("DefaultValue", ""))
        if domains and f"{parts.scheme}://{parts.netloc}" not in domains:
            yield Finding(path, line(each), "The pane's origin is no AppDomain.", "Add it to AppDomains.", "note")


def _home(said: Mapping[str, etree._Element]) -> str:
    """The host name that the pane is served by."""
    settings = said.get("DefaultSettings")
    location = None if settings is None else settings.find("{*}SourceLocation")
    return urlsplit("" if location is None else location.get("DefaultValue", "")).netloc
