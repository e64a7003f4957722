"""Dynamics 365 for the tests that all hosts share: a directory's token, asked for by our own app."""

from __future__ import annotations

from dataclasses import replace

from tests.hosts._mutations import Mutate
from tests.hosts._proofs import APP, SECRET, TENANT, TokenBuilder, entra
from tests.hosts._tokens import access_tokens

ENVIRONMENT = "https://contoso.crm.dynamics.com"
LEAD = "lead/00aa00aa-bb11-4c22-8d33-44ee44ee44ee"


def good() -> TokenBuilder:
    """An access token for our app, which our own app asked for: no app of the vendor's does here."""
    made = entra("teams")
    connection = replace(
        made.connection,
        name="dynamics",
        host="dynamics",
        origins=(ENVIRONMENT,),
        host_url=ENVIRONMENT,
        host_scopes=("user_impersonation",),
    )
    attempt = replace(made.attempt_, records=(LEAD,), origin=ENVIRONMENT)
    return replace(made, host="dynamics", connection=connection, attempt_=attempt).said("azp", APP)


OTHERWISE = {"nothing said": "claim-missing:ver", "a viewer that is no text": "claim-wrong:oid"}


def rows() -> list[tuple[str, Mutate, str]]:
    """Those of every host whose viewers a directory knows."""
    return access_tokens()


ANSWERS = {
    "host_url": "contoso.crm.dynamics.com/main.aspx?appid=1", "tenants": TENANT, "client_id": APP.upper(),
    "client_secret": SECRET,
}  # fmt: skip
TYPED = 4
SCREENS = ("App registrations &gt; New registration", "Save and publish")
