"""Salesforce: panels on record pages as Canvas apps, signed by the org's app secret."""

from __future__ import annotations

from app.hosts._host import Host
from app.hosts._sign_in import USES
from app.hosts.salesforce.api import check_access, list_records, read_records
from app.hosts.salesforce.events import EVENTS
from app.hosts.salesforce.launch import verify
from app.hosts.salesforce.package import PACKAGE
from app.hosts.salesforce.setup import SETUP
from app.hosts.salesforce.sign_in import SIGN_IN
from app.hosts.salesforce.write import WRITES
from app.launch import Attest, TokenType

SALESFORCE = Host(
    name="salesforce",
    # The canvas parameters are page markup: whoever edits a page chooses the record. So it is asked for with
    # the viewer's own token; and the origin is held against the connection's.
    attests=frozenset({Attest.VIEWER}),
    requires=("origins", "components", "secrets"),
    proof_field="signed_request",
    uses=(*USES, "event_tokens"),
    takes=(TokenType.SIGNED_REQUEST,),  # of a frame whose session ended, so that it need not begin anew
    approval_field="_sfdc_canvas_auth",
    bridge="canvas",
    verify=verify,
    sign_in=SIGN_IN,
    check_access=check_access,
    read_records=read_records,
    list_records=list_records,
    events=EVENTS,
    writes=WRITES,
    package=PACKAGE,
    setup=SETUP,
)
