"""What is asked for an instance: its address. The client's id and secret are ours to choose, so they are offered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from app.hosts._setup import Answers, Question, Setup, first_label, matching, web_address


def _settings(answers: Answers, _: str) -> Mapping[str, Any]:
    return {
        "origins": [answers["host_url"]],
        "host_url": answers["host_url"],
        "sign_in_client_id": answers["sign_in_client_id"],
        "sign_in_client_secret": answers["sign_in_client_secret"],
    }


SETUP = Setup(
    title="ServiceNow",
    about="Panels on portal pages, and anywhere an instance shows a UI page.",
    questions=(
        Question(
            "host_url",
            "The instance's address",
            "any page of the instance, in the browser's address bar",
            web_address,
            example="acme.service-now.com",
        ),
        Question(
            "sign_in_client_id",
            "Client ID",
            "goes into the update set; keep the one that is offered",
            matching(r"[0-9a-f]{32}", "client id", "32 hexadecimal digits, as: openssl rand -hex 16"),
            offer=lambda: secrets.token_hex(16),
        ),
        Question(
            "sign_in_client_secret",
            "Client Secret",
            "System OAuth > Application Registry asks for it, once the update set is committed",
            secret=True,
            offer=lambda: secrets.token_hex(32),
        ),
    ),
    settings=_settings,
    name=lambda answers: first_label(answers["host_url"], "servicenow"),
    components=("score-badge", "score-card"),
)
