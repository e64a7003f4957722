"""What an admin of AcmeCRM installs: a page with panels, and its script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.hosts._package import FOLDER, Deployment, Package, PackageRules
from app.hosts._page_package import HOST_SCRIPT, PAGE, page_package, page_values, verify_page


def build(deployment: Deployment) -> Sequence[Package]:
    """One folder, filled from manifests/acmecrm. No secret is in it."""
    return (page_package("acmecrm", deployment, page_values(deployment)),)


def recognises(files: Mapping[str, bytes]) -> bool:
    """By a word of our script that no other host's has."""
    return PAGE in files and b"inlayAcmecrmToken" in files.get(HOST_SCRIPT, b"")


PACKAGE = PackageRules(
    about="a page with panels and its script",
    suffixes=(FOLDER,),
    build=build,
    verify=verify_page,
    recognises=recognises,
)
