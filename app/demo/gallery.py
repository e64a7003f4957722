"""The gallery's part of the demo's `inlay.toml`: the CRM's leads, opened as other hosts open their records."""

from __future__ import annotations

import json
from collections.abc import Sequence

from app.demo.crm.gallery import APP, HUB, INSTALLATION

_CONNECTIONS = """
# The same records as other hosts would show them (the CRM's page /hosts). They are read through the CRM; these hosts
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
"""


def write(inlay: str, crm: str, capability: str) -> str:
    """The sections for these origins, with the one capability that the leads have."""
    return _CONNECTIONS.format(
        crm=_text(crm),
        inlay=_text(inlay),
        names=_text([capability]),
        audience=_text(f"{crm}/api/v2/apps/installations/{INSTALLATION}.json"),
        hub=_text(HUB),
        app=_text(APP),
        jwks_url=_text(f"{crm}/jwks.json"),
    )


def _text(value: str | Sequence[str]) -> str:
    return json.dumps(value, ensure_ascii=False)  # a JSON string of these characters is a TOML string
