"""The Office package: the manifest of an add-in with a task pane for Word. The pane itself is served by us.

https://learn.microsoft.com/office/dev/add-ins/develop/xml-manifest-overview
"""

from __future__ import annotations

from collections.abc import Sequence

from app.hosts._microsoft_package import api_uri, four_parts, page_url, require_own_origin, stable_id
from app.hosts._package import Deployment, Package, PackageFile, PackageRules, fill
from app.hosts.office.package_rules import recognises, verify


def build(deployment: Deployment) -> Sequence[Package]:
    """One manifest. Raises ConfigError when the pane could not frame the panel, or get no token."""
    require_own_origin(deployment)
    name = f"inlay-{deployment.connection.name}"
    values = {
        "id": stable_id(deployment, "add-in"),
        "version": four_parts(deployment.version),
        "home": deployment.public_url,
        "pane": page_url(deployment, "pane"),
        "client_id": deployment.connection.client_id,
        "resource": api_uri(deployment),
    }
    file = PackageFile(f"{name}.xml", fill("office", "manifest.xml", values))
    return [Package(name, ".xml", (file,))]


PACKAGE = PackageRules(
    about="the manifest of an add-in with a task pane for Word",
    suffixes=(".xml",),
    build=build,
    verify=verify,
    recognises=recognises,
)
