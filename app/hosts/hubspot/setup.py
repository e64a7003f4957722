"""What is asked for an account: its number; and, once the app is uploaded, its id, its secret and its token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.hosts._setup import Answers, Question, Setup, Suggested, matching

_NUMBER = matching(r"[1-9][0-9]{0,19}", "number", "It is a number, as 62515.")
_PAGES = {"na1": "https://app.hubspot.com", "eu1": "https://app-eu1.hubspot.com", "ap1": "https://app-ap1.hubspot.com"}


def _settings(answers: Answers, public_url: str) -> Mapping[str, Any]:
    known = {
        "origins": [_PAGES[answers["hosted"]], public_url],  # our own page is around the panel
        "issuer": answers["issuer"],
        "audience": answers["audience"],
        "secrets": [answers["secret"]],
        "client_id": answers["audience"],
        "client_secret": answers["client_secret"],
    }
    return known | ({"open_records": True} if answers["open_records"] == "yes" else {})


SETUP = Setup(
    title="HubSpot",
    about="A card on records that opens the panel in a window.",
    questions=(
        Question("issuer", "Hub ID", "the number in the address of any page", _NUMBER, example="62515"),
        Question(
            "hosted",
            "Where the account is",
            "the address of any page begins with it",
            choices=(("na1", "app.hubspot.com"), ("eu1", "app-eu1.hubspot.com"), ("ap1", "app-ap1.hubspot.com")),
        ),
        Question(
            "open_records",
            "Who sees what",
            "HubSpot can be asked in nobody's name, so it is all or nothing",
            choices=(("yes", "every user of the account sees every record's panel"), ("no", "nobody sees one yet")),
        ),
        Question("audience", "App ID", "Development > Projects > inlay > Inlay > Auth", _NUMBER, later=True),
        Question("secret", "Client secret", "on the same page", secret=True, later=True),
        Question("client_secret", "Access token", "Distribution, after the app is installed", secret=True, later=True),
    ),
    settings=_settings,
    name=lambda _: "hubspot",
    components=("score-card", "score-badge"),
    suggested=Suggested("contact_score", {"kind": "score", "title": "Contact score", "records": ["contacts"]}),
    stand_in={"audience": "1"},
)
