"""HubSpot: a card on records, whose requests HubSpot signs, and a panel in a window of its own."""

from __future__ import annotations

from app.hosts._host import Host
from app.hosts._oauth import own_secret
from app.hosts._once import hold, open_records
from app.hosts._pages import AROUND, HostPage, served
from app.hosts.hubspot.api import read_records
from app.hosts.hubspot.launch import SIGNATURE, TIMESTAMP, verify
from app.hosts.hubspot.package import PACKAGE
from app.hosts.hubspot.setup import SETUP
from app.launch import Attest, TokenType

HUBSPOT = Host(
    name="hubspot",
    # HubSpot signs who asks, in which account. Which record it is for is the card's word: a browser could say
    # another. Nobody can be asked in a viewer's name, so records are open to all of the account, or to nobody.
    attests=frozenset({Attest.VIEWER}),
    requires=("origins", "components", "issuer", "audience", "secrets"),
    uses=("open_records",),
    verify=verify,
    takes=(TokenType.SIGNED_REQUEST,),
    signs=(SIGNATURE, TIMESTAMP),
    opens="card",
    exchange=hold,
    check_access=open_records,
    own_token=own_secret,
    read_records=read_records,
    package=PACKAGE,
    setup=SETUP,
    pages={"card": HostPage(title="Inlay", scripts=(*AROUND, served("hubspot", "card.js")))},
)
