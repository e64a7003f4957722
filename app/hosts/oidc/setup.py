"""What is asked for an application with an OpenID provider: its page's origin, and our client at the provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.hosts._setup import Answers, Question, Setup, first_label, full_url, matching, web_address


def _settings(answers: Answers, _: str) -> Mapping[str, Any]:
    return {
        "origins": [answers["page"]],
        "issuer": answers["issuer"],
        "audience": answers["sign_in_client_id"],
        "algorithms": ["RS256"],
        "sign_in_client_id": answers["sign_in_client_id"],
        "sign_in_client_secret": answers["sign_in_client_secret"],
    } | ({"open_records": True} if answers["open_records"] == "yes" else {})


SETUP = Setup(
    title="Your own application, with an OpenID provider",
    about="Panels in your own pages, whose viewers Keycloak, Okta, Auth0 or another provider knows.",
    questions=(
        Question(
            "page",
            "The address of your application",
            "any of its pages, in the browser's address bar",
            web_address,
            example="crm.acme.example",
        ),
        Question(
            "issuer",
            "Issuer",
            "the provider's discovery document names it",
            full_url,
            example="https://id.acme.example",
        ),
        Question(
            "sign_in_client_id",
            "Client ID",
            "the client that you register there for Inlay",
            matching(r"[!-~]{1,200}", "client id", "Copy it whole, without spaces."),
            example="inlay",
        ),
        Question("sign_in_client_secret", "Client secret", "of the same client", secret=True),
        Question(
            "open_records",
            "Who sees what",
            "a provider knows nothing of records, so it is all or nothing",
            choices=(("no", "nobody sees one yet"), ("yes", "everybody who signs in sees every record's panel")),
        ),
    ),
    settings=_settings,
    name=lambda answers: first_label(answers["page"], "pages"),
    components=("score-badge", "score-card"),
)
