"""What Office demands of a manifest's ribbon: its form, the resources that it names, and who signs viewers in."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from app.hosts._microsoft_package import guid_like
from app.hosts._package_findings import Finding
from app.hosts._xml_rules import children, line, local, one_of, ordered

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_SIZES = {16, 20, 24, 32, 40, 48, 64, 80}
_MUST = {16, 32, 80}
_LONGEST_RESID = 32
_ORDERS = {
    "VersionOverrides": "Description Requirements Hosts Resources WebApplicationInfo EquivalentAddins",
    "DesktopFormFactor": "GetStarted SupportsSharedFolders FunctionFile ExtensionPoint",
    "Resources": "Images Urls ShortStrings LongStrings",
    "WebApplicationInfo": "Id Resource Scopes Authorizations",
    "Group": "Label Icon Control",
    "Control": "Label Supertip Icon Action",
    "Supertip": "Title Description",
}
# Which family of resources an element's resid is looked up in.
_FAMILIES = {
    "Image": "Images", "SourceLocation": "Urls", "FunctionFile": "Urls", "LearnMoreUrl": "Urls",
    "Label": "ShortStrings", "Title": "ShortStrings", "Description": "LongStrings",
}  # fmt: skip


def overrides(path: str, root: etree._Element, home: str) -> Iterator[Finding]:
    """All that is wrong with <VersionOverrides>; `home` is the host name that serves the pane."""
    yield from one_of(path, root, _TYPE, {"VersionOverridesV1_0"})
    for name, order in _ORDERS.items():
        for each in root.iter(f"{{*}}{name}"):
            yield from ordered(path, each, order.split(), ())
    for each in root.iterfind("{*}Hosts/{*}Host"):
        yield from one_of(path, each, _TYPE, {"Document", "Workbook", "Presentation"})
    for each in root.iter("{*}Control"):
        yield from one_of(path, each, _TYPE, {"Button", "Menu"})
    for each in root.iter("{*}Action"):
        yield from one_of(path, each, _TYPE, {"ShowTaskpane", "ExecuteFunction"})
    yield from _references(path, root)
    yield from _icons(path, root)
    for each in root.iterfind("{*}WebApplicationInfo"):
        yield from _sign_in(path, each, home)


def _references(path: str, root: etree._Element) -> Iterator[Finding]:
    """Every resid is a resource of the right family, once."""
    known: dict[str, set[str]] = {}
    for family in root.iterfind("{*}Resources/*"):
        ids = known.setdefault(local(family), set())
        for each in children(family):
            name = each.get("id", "")
            if not 0 < len(name) <= _LONGEST_RESID or name in ids:
                mend = f"Use 1 to {_LONGEST_RESID} characters, each id once."
                yield Finding(path, line(each), f"The resource's id {name!r} is not taken.", mend)
            ids.add(name)
    for each in root.iter():
        resid = each.get("resid")
        where = _FAMILIES.get(local(each), "") if isinstance(each.tag, str) else ""
        if resid and where and resid not in known.get(where, ()):
            mend = f"Add it to <bt:{where}>, or name one that is there."
            yield Finding(path, line(each), f"<{local(each)}> names {resid!r}, which is no resource.", mend)


def _icons(path: str, root: etree._Element) -> Iterator[Finding]:
    for icon in root.iter("{*}Icon"):
        sizes = set()
        for each in children(icon):
            size = each.get("size", "")
            sizes.add(int(size) if size.isdigit() else 0)
            if not size.isdigit() or int(size) not in _SIZES:
                yield Finding(path, line(each), f"An icon of size {size!r} is not taken.", f"Use {sorted(_SIZES)}.")
        if missing := sorted(_MUST - sizes):
            yield Finding(path, line(icon), f"The icon has no size {missing}.", "Add 16, 32 and 80.")


def _sign_in(path: str, info: etree._Element, home: str) -> Iterator[Finding]:
    """https://learn.microsoft.com/office/dev/add-ins/develop/register-sso-add-in-aad-v2"""
    said = {local(each): each for each in children(info)}
    client = (said["Id"].text or "").strip() if "Id" in said else ""
    resource = (said["Resource"].text or "").strip() if "Resource" in said else ""
    if not guid_like(client):
        mend = "Write the id of the registration in the directory."
        yield Finding(path, line(said.get("Id", info)), f"The app's Id {client!r} is no GUID.", mend)
    parts = urlsplit(resource)
    if parts.scheme not in {"api", "https"} or not parts.path.endswith(f"/{client}") or (home and parts.netloc != home):
        mend = f"Write api://{home or '<host>'}/{client or '<app id>'}, as the registration's App ID URI has it."
        yield Finding(path, line(said.get("Resource", info)), f"Resource is {resource!r}.", mend)
    scopes = {(each.text or "").strip() for each in info.iterfind("{*}Scopes/{*}Scope")}
    if missing := sorted({"openid", "profile"} - scopes):
        yield Finding(
            path, line(info), f"The scopes lack {', '.join(missing)}.", "Add them: nobody is signed in without."
        )
