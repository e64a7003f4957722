"""For every host: what a person would answer when they add it, and the examples of its page in docs/hosts."""

from __future__ import annotations

from tests.hosts._proofs import DESCRIBED, SECRET

TENANT, APP = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "6e74172b-be56-4843-9ff4-e66a39bb12e3"
REGISTERED = {"tenants": TENANT, "client_id": APP.upper(), "client_secret": SECRET}

ANSWERS: dict[str, dict[str, str]] = {
    "salesforce": {
        "host_url": "https://acme.lightning.force.com/lightning/page/home", "client_id": "3MVG9to-come",
        "client_secret": SECRET,
    },
    "sharepoint": {"site": "contoso-my.sharepoint.com", **REGISTERED},
    "teams": REGISTERED,
    "office": REGISTERED,
    "servicenow": {
        "host_url": "acme.service-now.com", "sign_in_client_id": "a1" * 16, "sign_in_client_secret": SECRET,
    },
    "oidc": {
        "page": "https://crm.acme.example/leads?x=1", "issuer": "id.acme.example", "sign_in_client_id": "inlay",
        "sign_in_client_secret": SECRET, "open_records": "yes",
    },
    "guest": {"page": "crm.acme.example", "jwks_url": "https://crm.acme.example/jwks.json", "shared_key": ""},
    **{host: each.ANSWERS for host, each in DESCRIBED.items()},
}  # fmt: skip
MOST_TYPED = {"salesforce": 3, "sharepoint": 4, "teams": 3, "office": 3, "servicenow": 1, "oidc": 4, "guest": 1}
MOST_TYPED |= {host: each.TYPED for host, each in DESCRIBED.items()}
