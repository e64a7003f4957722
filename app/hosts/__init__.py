"""Hosts: the applications that we are embedded in. Adding one is a folder beside these and one line here."""

from __future__ import annotations

from app.hosts._host import Host
from app.hosts.dynamics import DYNAMICS
from app.hosts.guest import GUEST
from app.hosts.hubspot import HUBSPOT
from app.hosts.office import OFFICE
from app.hosts.oidc import OIDC
from app.hosts.salesforce import SALESFORCE
from app.hosts.servicenow import SERVICENOW
from app.hosts.sharepoint import SHAREPOINT
from app.hosts.teams import TEAMS
from app.hosts.zendesk import ZENDESK

HOSTS: dict[str, Host] = {
    host.name: host
    for host in (
        SALESFORCE,
        GUEST,
        TEAMS,
        SHAREPOINT,
        OFFICE,
        SERVICENOW,
        OIDC,
        ZENDESK,
        HUBSPOT,
        DYNAMICS,
    )
}
