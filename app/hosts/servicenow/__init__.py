"""ServiceNow: panels in workspaces and record pages, whose viewers sign in at their instance."""

from __future__ import annotations

from app.hosts._host import Host
from app.hosts._sign_in import USES
from app.hosts.servicenow.api import check_access, read_records
from app.hosts.servicenow.package import PACKAGE
from app.hosts.servicenow.setup import SETUP
from app.hosts.servicenow.sign_in import SIGN_IN
from app.hosts.servicenow.write import WRITES
from app.launch import Attest

SERVICENOW = Host(
    name="servicenow",
    # Its pages sign nothing, so nobody is known before a sign-in, and each record is asked for.
    attests=frozenset({Attest.VIEWER}),
    requires=("origins", "components", "host_url", "sign_in_client_id"),
    uses=USES,
    takes=(),
    sign_in=SIGN_IN,
    check_access=check_access,
    read_records=read_records,
    writes=WRITES,
    package=PACKAGE,
    setup=SETUP,
)
