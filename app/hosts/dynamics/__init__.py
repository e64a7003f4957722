"""Dynamics 365 and Power Apps: panels on the forms of model-driven apps, whose viewers their directory knows."""

from __future__ import annotations

from app.hosts._behalf import on_behalf_of
from app.hosts._entra import REQUIRES, USES, verifier
from app.hosts._entra_sign_in import SIGN_IN
from app.hosts._host import Host
from app.hosts.dynamics.api import check_access, read_records
from app.hosts.dynamics.package import PACKAGE
from app.hosts.dynamics.setup import SETUP
from app.hosts.dynamics.write import WRITES
from app.launch import Attest, TokenType

DYNAMICS = Host(
    name="dynamics",
    # A form hands nobody's token on, so viewers sign in; a page of a customer's own may bring one that our app got.
    # Which record it is about is the form's word, so Dataverse is asked in the viewer's name.
    attests=frozenset({Attest.VIEWER}),
    requires=(*REQUIRES, "host_url"),
    uses=USES,
    takes=(TokenType.ACCESS_TOKEN, TokenType.JWT),
    verify=verifier(()),
    sign_in=SIGN_IN,
    exchange=on_behalf_of,
    check_access=check_access,
    read_records=read_records,
    writes=WRITES,
    package=PACKAGE,
    setup=SETUP,
)
