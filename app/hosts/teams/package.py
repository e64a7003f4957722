"""The Teams package: an app for Teams, Outlook and Microsoft 365 with a personal tab and one for channels and chats.

https://learn.microsoft.com/microsoft-365/extensibility/schema/
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from app.hosts._microsoft_package import api_uri, icon, page_url, require_own_origin, stable_id
from app.hosts._package import Deployment, Package, PackageFile, PackageRules, fill
from app.hosts.teams.package_rules import recognises, verify

_fill = partial(fill, "teams")


def build(deployment: Deployment) -> Sequence[Package]:
    """One archive. Raises ConfigError when tokens for us could not be asked for, or phones could show nothing."""
    require_own_origin(deployment)
    values = {
        "id": stable_id(deployment, "app"),
        "version": deployment.version,
        "home": deployment.public_url,
        "tab": page_url(deployment, "tab"),
        "domain": urlsplit(deployment.public_url).netloc,
        "client_id": deployment.connection.client_id,
        "resource": api_uri(deployment),
    }
    files = (
        PackageFile("manifest.json", _fill("manifest.json", values)),
        PackageFile("de.json", _fill("de.json", {})),
        PackageFile("color.png", icon("color-192.png")),
        PackageFile("outline.png", icon("outline-32.png")),
        PackageFile("color32x32.png", icon("color-32.png")),
    )
    return [Package(f"inlay-{deployment.connection.name}", ".zip", files)]


PACKAGE = PackageRules(
    about="an app package for Teams, Outlook and Microsoft 365 with a personal tab and tabs of channels and chats",
    suffixes=(".zip",),
    build=build,
    verify=verify,
    recognises=recognises,
)
