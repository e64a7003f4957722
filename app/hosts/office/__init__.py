"""Office: task panes of add-ins in Word, Excel, PowerPoint and Outlook."""

from __future__ import annotations

from pathlib import Path

from app.config import ConnectionSettings
from app.hosts._behalf import on_behalf_of
from app.hosts._entra import REQUIRES, USES, verifier
from app.hosts._entra_sign_in import SIGN_IN
from app.hosts._graph_documents import document_facts, read_document
from app.hosts._graph_items import check_access
from app.hosts._graph_notices import NOTICES
from app.hosts._host import Host
from app.hosts._pages import AROUND, HostPage, served
from app.hosts.office.package import PACKAGE
from app.hosts.office.setup import SETUP
from app.launch import Attest, TokenType

# The apps of the vendor's that get tokens for pages here, beside our own (which asks by MSAL); a connection may
# name others.
# https://learn.microsoft.com/office/dev/add-ins/develop/register-sso-add-in-aad-v2
_CLIENTS = (
    "ea5a67f6-b6f3-4338-b240-c655ddc3cc8e",  # every endpoint of Office
    "d3590ed6-52b3-4102-aeff-aad2292ab01c",  # desktop
    "93d53678-613d-4013-afc1-62e9e444a0a5",  # Office on the web
    "bc59ab01-8403-45c6-8796-ac3ef710b3e3",  # Outlook on the web
)

# What the vendor's pages frame an add-in with, immediately and at the top; nobody publishes a list. Our own page is
# between them and the panel, and a policy is held against every page around.
_AROUND = (
    "'self'",
    "https://*.officeapps.live.com",
    "https://*.office.net",
    "https://*.office.com",
    "https://*.cloud.microsoft",
    "https://*.sharepoint.com",
    "https://onedrive.live.com",
)
_LIBRARY = "https://appsforoffice.microsoft.com"  # a script that the vendor takes from nowhere else


def _ancestors(connection: ConnectionSettings) -> tuple[str, ...]:
    return (*connection.origins, *_AROUND)


_PANE = HostPage(
    title="Inlay",
    scripts=(*AROUND, Path(__file__).parent / "word.js", served("office", "pane.js")),
    library={"src": f"{_LIBRARY}/lib/1/hosted/office.js"},
    early=True,
    sources=(_LIBRARY,),
)

OFFICE = Host(
    name="office",
    # A token says who is looking. Which document the page is about is the page's word, so it is asked for.
    attests=frozenset({Attest.VIEWER}),
    requires=REQUIRES,
    uses=USES,
    takes=(TokenType.ACCESS_TOKEN, TokenType.JWT),  # it is written as one, and our own scripts call it so
    verify=verifier(_CLIENTS),
    sign_in=SIGN_IN,
    exchange=on_behalf_of,
    check_access=check_access,
    document_facts=document_facts,
    read_document=read_document,
    notices=NOTICES,
    frame_ancestors=_ancestors,
    package=PACKAGE,
    setup=SETUP,
    pages={"pane": _PANE},
)
