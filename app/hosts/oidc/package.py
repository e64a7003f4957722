"""What an application with an OpenID provider gets: a page with panels, which hands its viewers' ID tokens over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.hosts._package import FOLDER, Deployment, Package, PackageRules
from app.hosts._page_package import HOST_SCRIPT, PAGE, page_package, page_values, verify_page


def build(deployment: Deployment) -> Sequence[Package]:
    """One folder: the page and its script."""
    return (page_package("oidc", deployment, page_values(deployment)),)


def recognises(files: Mapping[str, bytes]) -> bool:
    """A page whose script asks for ID tokens."""
    return PAGE in files and b"inlayIdToken" in files.get(HOST_SCRIPT, b"")


PACKAGE = PackageRules(
    about="a page with panels and its script, which hands ID tokens over",
    suffixes=(FOLDER,),
    build=build,
    verify=verify_page,
    recognises=recognises,
)
