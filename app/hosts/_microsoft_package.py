"""What the packages of one vendor's hosts share: stable ids, the API's name for tokens, icons, checks of addresses."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from app.hosts._package import MANIFESTS, Deployment, lacking
from app.hosts._package_findings import Finding

ICONS = MANIFESTS.parent / "static/icons"
API_NAME = "Inlay"  # what the admin calls our app in the directory: grants go by this name
SCOPE = "access_as_user"
COLORED, WITH_ALPHA = 6, (4, 6)  # PNG colour types: https://www.w3.org/TR/png-3/#table111
_PNG = b"\x89PNG\r\n\x1a\n"


def stable_id(deployment: Deployment, what: str) -> str:
    """The same for the same connection of the same deployment, so that a new package is an update of the old one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{deployment.public_url}/{deployment.connection.name}#{what}"))


def api_uri(deployment: Deployment) -> str:
    """What tokens are asked for: the App ID URI of our app in the directory.

    https://learn.microsoft.com/microsoftteams/platform/tabs/how-to/authentication/tab-sso-register-aad
    """
    connection = deployment.connection
    if not guid_like(connection.client_id):
        what = (
            f"client_id {connection.client_id!r} is no id of an app." if connection.client_id else "has no client_id."
        )
        raise lacking(deployment, what, "Register Inlay in the directory and write its Application (client) ID.")
    if connection.audience.startswith("api://"):
        return connection.audience
    return f"api://{urlsplit(deployment.public_url).netloc}/{connection.client_id}"


def four_parts(version: str) -> str:
    """1.2.3 -> 1.2.3.0, as the vendor counts."""
    return ".".join([*version.split(".")[:4], "0", "0", "0"][:4])


def component_title(tag: str) -> str:
    """A component's name for people: document-sidebar -> Document sidebar."""
    return tag.replace("-", " ").capitalize()


def first_panel(deployment: Deployment) -> str:
    """The component that opens by itself: the sidebar where there is one."""
    components = deployment.connection.components
    return next((each for each in components if each.endswith("-sidebar")), components[0])


def icon(name: str) -> bytes:
    """One of the product's icons, as scripts/icons.py drew them."""
    return (ICONS / name).read_bytes()


def picture(path: str, content: bytes, size: int, *, transparent: bool = False) -> Iterator[Finding]:
    """Whether an icon is a PNG of this many pixels each way."""
    if not content.startswith(_PNG) or len(content) < 26:
        yield Finding(path, 0, "This is no PNG.", f"Save the icon as a PNG of {size} x {size} pixels.")
        return
    width, height, _, kind = struct.unpack(">IIBB", content[16:26])
    if (width, height) != (size, size):
        what = f"The icon has {width} x {height} pixels."
        yield Finding(path, 0, what, f"The host takes {size} x {size} only: draw it in that size.")
    if transparent and kind not in WITH_ALPHA:
        yield Finding(path, 0, "The icon has no transparency.", "Draw it white on nothing, with an alpha channel.")


def plain_http(path: str, line: int, url: str) -> Iterator[Finding]:
    """An address that a host opens has TLS. The scan of every package says so for most; schemas do not."""
    if urlsplit(url).scheme != "https" and not url.startswith("http://"):
        yield Finding(path, line, f"{url!r} is no https address.", "Write the full address, with https://.")


def guid_like(text: str) -> bool:
    """Whether it is a GUID as manifests write it."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def require_own_origin(deployment: Deployment) -> None:
    """Our own page is around the panel, so it must be among those that may frame one. Raises ConfigError."""
    if deployment.public_url not in deployment.connection.origins:
        mend = f'Add "{deployment.public_url}" to origins: the page that holds the panel is ours.'
        raise lacking(deployment, "our own public_url is not among its origins.", mend)


def page_url(deployment: Deployment, page: str) -> str:
    """Where our page around the panel is."""
    query = urlencode({"component": first_panel(deployment)})
    return f"{deployment.public_url}/pages/{deployment.connection.name}/{page}?{query}"
