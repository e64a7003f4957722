"""What is asked for an account: its address; and, once the app is uploaded, its installation and its public key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.config.kinds import RefusedValueError
from app.hosts._setup import Answers, Question, Setup, Suggested, first_label, web_address

_INSTALLATION = re.compile(r"(?:https://[a-z0-9.-]+/.*installations/)?([1-9][0-9]{0,19})(?:\.json)?")


def _installation(typed: str) -> str:
    """Its number, also where an address with it was copied."""
    found = _INSTALLATION.fullmatch(typed.strip())
    if found is None:
        raise RefusedValueError(f"{typed!r} is no installation's number.", "It is a number, as 28666254387092.")
    return found[1]


def _settings(answers: Answers, public_url: str) -> Mapping[str, Any]:
    base = answers["host_url"]
    known = {
        "origins": [base, public_url],  # the account's page is around our own, and that around the panel
        "host_url": base,
        "audience": f"{base}/api/v2/apps/installations/{answers['installation']}.json",
        "public_keys": [answers["public_key"]],
    }
    return known | ({"open_records": True} if answers["open_records"] == "yes" else {})


SETUP = Setup(
    title="Zendesk",
    about="A panel beside each ticket, user and organization.",
    questions=(
        Question(
            "host_url",
            "The account's address",
            "any page of Zendesk, in the browser's address bar",
            web_address,
            example="acme.zendesk.com",
        ),
        Question(
            "open_records",
            "Who sees what",
            "by default, whoever opens a panel signs in once, and sees what Zendesk shows them",
            choices=(("no", "Zendesk is asked in each viewer's name"), ("yes", "every agent sees every record")),
        ),
        Question(
            "installation",
            "Installation ID",
            "Admin Center > Apps and integrations > Zendesk Support apps > Inlay: the number in the address",
            _installation,
            example="28666254387092",
            later=True,
        ),
        Question(
            "public_key",
            "Public key",
            "the answer of /api/v2/apps/<app id>/public_key.pem, whole",
            secret=True,
            later=True,
        ),
    ),
    settings=_settings,
    name=lambda answers: first_label(answers["host_url"], "zendesk"),
    components=("score-card", "score-badge"),
    suggested=Suggested("ticket_risk", {"kind": "score", "title": "Ticket risk", "records": ["ticket"]}),
    fields={"priority": "priority", "status": "status", "channel": "via_channel"},
    stand_in={"installation": "1"},
)
