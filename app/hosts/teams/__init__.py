"""Teams: panels in tabs, also where the same tab opens in Outlook or in Microsoft 365."""

from __future__ import annotations

from app.hosts._behalf import on_behalf_of
from app.hosts._entra import REQUIRES, USES, verifier
from app.hosts._entra_sign_in import SIGN_IN
from app.hosts._graph_documents import document_facts, read_document
from app.hosts._graph_items import check_access
from app.hosts._graph_notices import NOTICES
from app.hosts._host import Host
from app.hosts._pages import HostPage, served
from app.hosts.teams.package import PACKAGE
from app.hosts.teams.setup import SETUP
from app.launch import Attest, TokenType

# The apps of the vendor's that get tokens for pages here, beside our own (which asks by MSAL); a connection may
# name others.
# https://learn.microsoft.com/microsoftteams/platform/tabs/how-to/authentication/tab-sso-register-aad
_CLIENTS = (
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264",  # desktop and mobile
    "5e3ce6c0-2b1f-4285-8d4b-75ee78787346",  # web
    "4765445b-32c6-49b0-83e6-1d93765276ca",  # Microsoft 365, web
    "0ec893e0-5785-4de6-99da-4ed124e5296c",  # Microsoft 365, desktop
    "d3590ed6-52b3-4102-aeff-aad2292ab01c",  # Microsoft 365, mobile; Outlook, desktop
    "bc59ab01-8403-45c6-8796-ac3ef710b3e3",  # Outlook, web
    "27922004-5251-4030-b22d-91ecd9a37ea4",  # Outlook, mobile
)

_CDN = "https://res.cdn.office.net"
_TAB = HostPage(
    title="Inlay",
    scripts=(served("teams", "tab.js"),),
    # as the library's own README names it
    library={
        "src": f"{_CDN}/teams-js/2.58.0/js/MicrosoftTeams.min.js",
        "integrity": "sha384-sMo/EOqQPa1OCup2/VBRum7oFeOS22kvs8WGDc45xK53tUVZzFR5WwFYDUYN1LO4",
    },
    sources=(_CDN,),
    asks=(_CDN,),  # it looks for a newer list of hosts
)

TEAMS = Host(
    name="teams",
    # A token says who is looking. Which document the page is about is the page's word, so it is asked for.
    attests=frozenset({Attest.VIEWER}),
    requires=REQUIRES,
    uses=USES,
    takes=(TokenType.ACCESS_TOKEN, TokenType.JWT),  # it is written as one, and our own scripts call it so
    verify=verifier(_CLIENTS),
    sign_in=SIGN_IN,
    bridge="teamsjs",
    exchange=on_behalf_of,
    check_access=check_access,
    document_facts=document_facts,
    read_document=read_document,
    notices=NOTICES,
    package=PACKAGE,
    setup=SETUP,
    pages={"tab": _TAB},
)
