"""What an environment's admin imports: a solution with the web resource that a form shows a panel by.

https://learn.microsoft.com/power-apps/developer/data-platform/customization-solutions-file-schema
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from app.hosts._microsoft_package import first_panel, four_parts, stable_id
from app.hosts._package import Deployment, Package, PackageFile, PackageRules, fill
from app.hosts.dynamics.package_rules import recognises, verify

_fill = partial(fill, "dynamics")


def build(deployment: Deployment) -> Sequence[Package]:
    """One unmanaged solution. A form is the customer's own: the web resource is put onto it by hand."""
    name = re.sub(r"[^A-Za-z0-9]", "", deployment.connection.name.title())
    resource = f"inlay_/{deployment.connection.name}/panel.html"
    values = {
        "name": f"Inlay{name}",
        "connection": deployment.connection.name,
        "version": four_parts(deployment.version),
        "resource": resource,
        "id": stable_id(deployment, "panel"),
        "file": f"inlay_panel{stable_id(deployment, 'panel').upper()}",
        "launch_url": deployment.launch_url,
        "component": first_panel(deployment),
    }
    page = _fill("panel.html", values | {"script": _fill("panel.js", values).decode()})
    files = (
        PackageFile("[Content_Types].xml", _fill("content-types.xml", values)),
        PackageFile("solution.xml", _fill("solution.xml", values)),
        PackageFile("customizations.xml", _fill("customizations.xml", values)),
        PackageFile(f"WebResources/{values['file']}", page),
    )
    return [Package(f"inlay-dynamics-{deployment.connection.name}", ".zip", files)]


PACKAGE = PackageRules(
    about="a solution with a web resource, which shows a panel on the forms of model-driven apps",
    suffixes=(".zip",),
    build=build,
    verify=verify,
    recognises=recognises,
)
