"""What an account's admin uploads: a project with a private app and its card.

https://developers.hubspot.com/docs/apps/developer-platform/build-apps/app-configuration
"""

from __future__ import annotations

from collections.abc import Sequence

from app.hosts._microsoft_package import first_panel, require_own_origin
from app.hosts._package import FOLDER, Deployment, Package, PackageRules, folder
from app.hosts.hubspot.package_rules import KINDS, recognises, verify


def build(deployment: Deployment) -> Sequence[Package]:
    """One folder for `hs project upload`; the account makes the app's secret and its token."""
    require_own_origin(deployment)
    known = {each for capability in deployment.capabilities.values() for each in capability.records}
    kinds = [kind for kind in KINDS if kind in known] or ["contacts"]
    values = {
        "connection": deployment.connection.name,
        "version": deployment.version,
        "public_url": deployment.public_url,
        "launch_url": deployment.launch_url,
        "component": first_panel(deployment),
        "kinds": kinds,
        "scopes": [f"crm.objects.{kind}.read" if kind != "tickets" else kind for kind in kinds],
    }
    files = folder("hubspot", "project", values)
    return [Package(f"inlay-hubspot-{deployment.connection.name}", FOLDER, files)]


PACKAGE = PackageRules(
    about="a project with a private app, and a card on records that opens the panel",
    suffixes=(FOLDER,),
    build=build,
    verify=verify,
    recognises=recognises,
)
