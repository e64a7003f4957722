"""SharePoint: panels in pages and libraries, with tokens from the page's own token provider."""

from __future__ import annotations

from app.hosts._behalf import on_behalf_of
from app.hosts._entra import REQUIRES, USES, verifier
from app.hosts._entra_sign_in import SIGN_IN
from app.hosts._graph_documents import document_facts, read_document
from app.hosts._graph_items import check_access
from app.hosts._graph_notices import NOTICES
from app.hosts._graph_write import WRITES
from app.hosts._host import Host
from app.hosts.sharepoint.package import PACKAGE
from app.hosts.sharepoint.setup import SETUP
from app.launch import Attest, TokenType

# The apps of the vendor's that get tokens for pages here, beside our own (which asks by MSAL); a connection may
# name others.
# https://devblogs.microsoft.com/microsoft365dev/changes-on-sharepoint-framework-spfx-permission-grants-in-microsoft-entra-id/
_CLIENTS = ("08e18876-6177-487e-b8b5-cf950c1e598c",)  # SharePoint Online's web client

SHAREPOINT = Host(
    name="sharepoint",
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
    writes=WRITES,
    notices=NOTICES,
    package=PACKAGE,
    setup=SETUP,
)
