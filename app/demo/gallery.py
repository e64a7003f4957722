"""The gallery's part of the demo's `inlay.toml`: the CRM's leads, opened as other hosts open their records."""

from __future__ import annotations

import json
from collections.abc import Sequence

from app.demo.crm import elsewhere, instance
from app.demo.crm.match import Fit
from app.demo.crm.seats import APP, HUB, INSTALLATION
from app.demo.library.tenant import APP as REGISTRATION
from app.demo.library.tenant import TENANT
from app.demo.settings import Addresses, asked

_CONNECTIONS = """
# The same records as other hosts would show them (the CRM's page /hosts). These are read through the CRM; their hosts
# can be asked in nobody's name, so their records are open to whoever they vouch for.
[connections.crm-zendesk]
host = "zendesk"
origins = [{crm}, {inlay}]
components = ["score-badge", "score-card"]
capabilities = {names}
host_url = {crm}
audience = {audience}
public_keys = ["file:keys/tenant_public.pem"]
open_records = true
records_from = "crm"

[connections.crm-hubspot]
host = "hubspot"
origins = [{crm}, {inlay}]
components = ["score-badge", "score-card"]
capabilities = {names}
issuer = {hub}
audience = {app}
secrets = ["file:keys/consumer_secret"]
open_records = true
records_from = "crm"

[connections.crm-oidc]
host = "oidc"
origins = [{crm}]
components = ["score-badge", "score-card"]
capabilities = {names}
issuer = {crm}
audience = "inlay"
algorithms = ["EdDSA"]
jwks_url = {jwks_url}
open_records = true
records_from = "crm"

# These two have rows of their own, with their own ids and names of fields, and are asked in the viewer's name.
[connections.{servicenow}]
host = "servicenow"
origins = [{crm}]
components = ["score-badge", "score-card"]
capabilities = {names}
host_url = {crm}
sign_in_client_id = {instance}
sign_in_client_secret = "file:keys/instance_secret"
token_url = {instance_token_url}
client_id = {instance}
client_secret = "file:keys/instance_secret"

[connections.{servicenow}.fields.{capability}]
{fields}
[connections.crm-dynamics]
host = "dynamics"
origins = [{crm}]
components = ["score-badge", "score-card"]
capabilities = {names}
tenants = [{tenant}]
client_id = {registration}
client_secret = "file:keys/library_secret"
authority = {library}
host_url = {crm}
host_scopes = ["user_impersonation"]
token_url = {directory_token_url}
token_scope = {token_scope}
single_use = false  # a page hands the same token out again until that ends

[connections.crm-dynamics.fields.{capability}]
{fields}"""


def write(at: Addresses, fit: Fit) -> str:
    """The sections for these addresses, with the one capability that the leads have."""
    renamed = {feature: elsewhere.field(column) for feature, column in asked(fit).items()}
    return _CONNECTIONS.format(
        crm=_text(at.crm),
        inlay=_text(at.inlay),
        library=_text(at.library),
        names=_text([fit.capability]),
        capability=fit.capability,
        audience=_text(f"{at.crm}/api/v2/apps/installations/{INSTALLATION}.json"),
        hub=_text(HUB),
        app=_text(APP),
        jwks_url=_text(f"{at.crm}/jwks.json"),
        servicenow=instance.CONNECTION,
        instance=_text(instance.CLIENT),
        instance_token_url=_text(f"{at.crm}/oauth_token.do"),
        tenant=_text(TENANT),
        registration=_text(REGISTRATION),
        directory_token_url=_text(f"{at.library}/{TENANT}/oauth2/v2.0/token"),
        token_scope=_text(f"{at.crm}/.default"),
        fields="".join(f"{feature} = {_text(name)}\n" for feature, name in renamed.items()),
    )


def _text(value: str | Sequence[str]) -> str:
    return json.dumps(value, ensure_ascii=False)  # a JSON string of these characters is a TOML string
