"""OIDC: any application whose viewers sign in at an OpenID provider with a discovery document."""

from __future__ import annotations

from app.hosts._host import Host
from app.hosts._sign_in import USES
from app.hosts.oidc.launch import check_access, life, verify
from app.hosts.oidc.package import PACKAGE
from app.hosts.oidc.setup import SETUP
from app.hosts.oidc.sign_in import SIGN_IN
from app.launch import Attest, TokenType

OIDC = Host(
    name="oidc",
    # An ID token says who signed in, and nothing about records.
    attests=frozenset({Attest.VIEWER}),
    requires=("origins", "components", "issuer", "audience", "algorithms"),
    uses=("clients", "open_records", *USES),
    takes=(TokenType.ID_TOKEN, TokenType.JWT),  # it is written as one, and our own scripts call it so
    verify=verify,
    sign_in=SIGN_IN,
    exchange=life,
    check_access=check_access,
    package=PACKAGE,
    setup=SETUP,
)
