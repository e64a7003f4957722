"""What is asked for an environment: its address, and our app's registration in its directory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.hosts._entra_setup import REGISTRATION
from app.hosts._entra_setup import settings as registered
from app.hosts._setup import Answers, Question, Setup, Suggested, first_label, web_address

_registered = registered(lambda answers, _: (answers["host_url"],))


def _settings(answers: Answers, public_url: str) -> Mapping[str, Any]:
    base = answers["host_url"]
    return {
        **_registered(answers, public_url),
        "host_url": base,
        "host_scopes": ["user_impersonation"],
        "token_url": f"https://login.microsoftonline.com/{answers['tenants']}/oauth2/v2.0/token",
        "token_scope": f"{base}/.default",
    }


SETUP = Setup(
    title="Dynamics 365 and Power Apps",
    about="Panels on the forms of model-driven apps.",
    questions=(
        Question(
            "host_url",
            "The environment's address",
            "any page of the app, in the browser's address bar",
            web_address,
            example="contoso.crm.dynamics.com",
        ),
        *REGISTRATION,
    ),
    settings=_settings,
    name=lambda answers: first_label(answers["host_url"], "dynamics"),
    components=("score-card", "score-badge"),
    suggested=Suggested("lead_score", {"kind": "score", "title": "Lead score", "records": ["lead"]}),
    fields={"revenue": "revenue", "company_size": "numberofemployees", "industry": "industrycode", "title": "jobtitle"},
)
