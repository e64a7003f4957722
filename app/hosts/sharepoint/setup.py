"""What is asked for a tenant's sites: their address, and our app's registration in its directory."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.hosts._entra_setup import COMPONENTS, REGISTRATION, REVIEW, settings
from app.hosts._setup import Answers, Question, Setup, first_label, web_address


def _origins(answers: Answers, _: str) -> Sequence[str]:
    """A tenant's sites, and its viewers' own files beside them."""
    site = re.sub(r"^(https://[a-z0-9-]+?)-(?:my|admin)\.", r"\1.", answers["site"])
    own = re.sub(r"^(https://[a-z0-9-]+)\.", r"\1-my.", site)
    return (site, own) if site.endswith(".sharepoint.com") else (site,)


SETUP = Setup(
    title="SharePoint",
    about="A review beside each document: a web part for pages, and a command in every library.",
    questions=(
        Question(
            "site",
            "The address of a SharePoint site",
            "any page of SharePoint, in the browser's address bar",
            web_address,
            example="contoso.sharepoint.com",
        ),
        *REGISTRATION,
    ),
    settings=settings(_origins),
    name=lambda answers: first_label(answers["site"], "sharepoint"),
    components=COMPONENTS,
    shows="analysis",
    suggested=REVIEW,
)
