"""Guest: any application with a backend that can sign a JWT."""

from __future__ import annotations

from app.hosts._host import Host
from app.hosts.guest.launch import verify
from app.hosts.guest.package import PACKAGE
from app.hosts.guest.setup import SETUP
from app.hosts.guest.sign import sign
from app.launch import Attest

GUEST = Host(
    name="guest",
    # The backend that signs knows all three, and each is named in the token and compared.
    attests=frozenset({Attest.VIEWER, Attest.RECORD, Attest.ORIGIN}),
    requires=("origins", "components", "issuer", "audience", "algorithms"),
    verify=verify,
    sign=sign,
    package=PACKAGE,
    setup=SETUP,
)
