"""AcmeCRM: say in one line where panels appear there, and who signs."""

from __future__ import annotations

from app.hosts._host import Host
from app.hosts._once import hold, open_records
from app.hosts.acmecrm.launch import verify
from app.hosts.acmecrm.package import PACKAGE
from app.hosts.acmecrm.setup import SETUP
from app.launch import Attest, TokenType

ACMECRM = Host(
    name="acmecrm",
    # Say why each of these is proved. Attest.RECORD belongs here only if whoever signs knows that the viewer may see
    # the record; as long as it is not here, the host is asked (check_access), or the connection opens its records.
    # With it, exchange, check_access and "open_records" go: docs/adding-a-host.md, "If its token names the record".
    attests=frozenset({Attest.VIEWER}),
    requires=("origins", "components", "issuer", "audience", "public_keys"),
    uses=("public_keys", "open_records"),
    verify=verify,
    takes=(TokenType.JWT,),
    exchange=hold,
    check_access=open_records,
    package=PACKAGE,
    setup=SETUP,
)
