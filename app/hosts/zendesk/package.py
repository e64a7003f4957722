"""What an account's admin uploads: a private app with a panel beside tickets, users and organizations.

https://developer.zendesk.com/documentation/apps/app-developer-guide/manifest/
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from app.hosts._microsoft_package import icon, page_url, require_own_origin
from app.hosts._package import Deployment, Package, PackageFile, PackageRules, fill
from app.hosts.zendesk.ids import KINDS
from app.hosts.zendesk.package_rules import recognises, verify

_fill = partial(fill, "zendesk")


def build(deployment: Deployment) -> Sequence[Package]:
    """One archive, in which no key is: the account makes its own, and shows the public half."""
    require_own_origin(deployment)
    known = {each for capability in deployment.capabilities.values() for each in capability.records}
    values = {
        "version": deployment.version,
        "home": deployment.public_url,
        "address": page_url(deployment, "sidebar"),
        "contact": deployment.contact or f"inlay@{urlsplit(deployment.public_url).hostname}",
        "places": [f"{kind}_sidebar" for kind in KINDS if kind in known] or ["ticket_sidebar"],
    }
    files = (
        PackageFile("manifest.json", _fill("manifest.json", values)),
        PackageFile("assets/logo-small.png", icon("color-128.png")),
        PackageFile("assets/logo.png", icon("color-320.png")),
        PackageFile("translations/de.json", _fill("translations/de.json", {})),
        PackageFile("translations/en.json", _fill("translations/en.json", {})),
    )
    return [Package(f"inlay-zendesk-{deployment.connection.name}", ".zip", files)]


PACKAGE = PackageRules(
    about="a private app with a panel beside tickets, users and organizations",
    suffixes=(".zip",),
    build=build,
    verify=verify,
    recognises=recognises,
)
