"""What is asked for an org: its address, and the key and secret that it makes when the package is deployed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.hosts._setup import Answers, Question, Setup, first_label, matching, web_address

_MY_DOMAIN = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)*)\.my\.salesforce\.com")
_KEY = matching(r"[!-~]{8,512}", "consumer key", "Copy it whole, without spaces.")


def _host_url(typed: str) -> str:
    """My Domain, also where the address of a Lightning page was copied."""
    return web_address(typed).replace(".lightning.force.com", ".my.salesforce.com")


def _settings(answers: Answers, _: str) -> Mapping[str, Any]:
    base, secret = answers["host_url"], answers["client_secret"]
    pages = _MY_DOMAIN.fullmatch(base)
    return {
        "origins": [base, f"https://{pages[1]}.lightning.force.com"] if pages else [base],
        "host_url": base,
        "secrets": [secret],  # signs the launches
        "sign_in_client_id": answers["client_id"],
        "sign_in_client_secret": secret,
        "token_url": f"{base}/services/oauth2/token",
        "client_id": answers["client_id"],
        "client_secret": secret,
    }


# https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm
_STANDARD = {
    "company": "Company",
    "company_size": "NumberOfEmployees",
    "country": "Country",
    "employees": "NumberOfEmployees",
    "industry": "Industry",
    "lead_source": "LeadSource",
    "revenue": "AnnualRevenue",
    "annual_revenue": "AnnualRevenue",
    "source": "LeadSource",
    "status": "Status",
    "title": "Title",
}

SETUP = Setup(
    title="Salesforce",
    about="Panels on record pages, for desktops and phones.",
    questions=(
        Question(
            "host_url",
            "My Domain",
            "Setup > My Domain > Current My Domain URL",
            _host_url,
            example="acme.my.salesforce.com",
        ),
        Question(
            "client_id",
            "Consumer Key",
            "Setup > External Client App Manager > Inlay > Settings > OAuth Settings > Consumer Key and Secret",
            _KEY,
            later=True,
        ),
        Question("client_secret", "Consumer Secret", "on the same page", secret=True, later=True),
    ),
    settings=_settings,
    name=lambda answers: first_label(answers["host_url"], "salesforce"),
    components=("score-badge", "score-card"),
    fields=_STANDARD,
    stand_in={"client_id": "to-come-with-the-app"},
)
