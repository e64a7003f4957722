"""Zendesk: panels beside tickets, users and organizations, opened by a token that the account signs for each page."""

from __future__ import annotations

from app.hosts._host import Host
from app.hosts._once import hold
from app.hosts._pages import AROUND, HostPage, served
from app.hosts._sign_in import USES
from app.hosts.zendesk.api import check_access, read_records
from app.hosts.zendesk.launch import verify
from app.hosts.zendesk.package import PACKAGE
from app.hosts.zendesk.setup import SETUP
from app.hosts.zendesk.sign_in import SIGN_IN
from app.launch import Attest, TokenType

_CDN = "https://static.zdassets.com"
_SIDEBAR = HostPage(
    title="Inlay",
    scripts=(*AROUND, served("zendesk", "sidebar.js")),
    posted="token",
    # https://developer.zendesk.com/api-reference/apps/apps-core-api/client_api/
    library={"src": f"{_CDN}/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js"},
    early=True,
    sources=(_CDN,),
)

ZENDESK = Host(
    name="zendesk",
    # The token names the viewer and the installation. Which ticket the page shows is the page's word, so the account
    # is asked with the viewer's own token, or the connection opens its records to all.
    attests=frozenset({Attest.VIEWER}),
    requires=("origins", "components", "host_url", "audience", "public_keys"),
    uses=("public_keys", "open_records", *USES),
    verify=verify,
    takes=(TokenType.JWT,),
    sign_in=SIGN_IN,
    exchange=hold,
    check_access=check_access,
    read_records=read_records,
    package=PACKAGE,
    setup=SETUP,
    pages={"sidebar": _SIDEBAR},
)
