"""What is asked for an application whose backend signs: its page's origin, and how it signs."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from app.hosts._setup import Answers, Question, Setup, first_label, full_url, web_address

KID = "k1"  # of the first shared key; the next gets a name of its own


def _settings(answers: Answers, public_url: str) -> Mapping[str, Any]:
    known = {"origins": [answers["page"]], "issuer": answers["page"], "audience": public_url}
    if answers["jwks_url"]:
        return known | {"algorithms": ["EdDSA", "ES256", "RS256"], "jwks_url": answers["jwks_url"]}
    return known | {"algorithms": ["HS256"], "shared_keys": {KID: answers["shared_key"]}}


SETUP = Setup(
    title="Your own application, with a backend that signs",
    about="Panels in your own pages; your backend says by a short token who looks at which records.",
    questions=(
        Question(
            "page",
            "The address of your application",
            "any of its pages, in the browser's address bar",
            web_address,
            example="crm.acme.example",
        ),
        Question(
            "jwks_url",
            "Where your backend publishes its public keys",
            "empty: it signs with the shared key below",
            full_url,
            example="https://crm.acme.example/jwks.json",
            optional=True,
        ),
        Question(
            "shared_key",
            f"Shared key {KID}",
            "your backend signs with it; not needed where it publishes keys",
            secret=True,
            offer=lambda: secrets.token_hex(32),
        ),
    ),
    settings=_settings,
    name=lambda answers: first_label(answers["page"], "app"),
    components=("score-badge", "score-card"),
)
