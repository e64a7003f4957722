"""What is asked for an account of AcmeCRM: only what cannot be derived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.hosts._setup import Answers, Question, Setup, first_label, web_address


def _settings(answers: Answers, public_url: str) -> Mapping[str, Any]:
    base = answers["page"]
    known = {
        "origins": [base],
        "issuer": base,
        "audience": public_url,
        "public_keys": [answers["public_key"]],
    }
    return known | ({"open_records": True} if answers["open_records"] == "yes" else {})


SETUP = Setup(
    title="AcmeCRM",
    about="Say in one line where panels appear there.",
    questions=(
        Question("page", "The account's address", "any of its pages", web_address, example="acme.example"),
        Question("public_key", "Public key", "where its admin finds it, by the screen's own words", secret=True),
        Question(
            "open_records",
            "Who sees what",
            "as long as nobody can be asked whether a viewer may see a record",
            choices=(("no", "nobody sees a record yet"), ("yes", "whoever is signed in sees every record")),
        ),
    ),
    settings=_settings,
    name=lambda answers: first_label(answers["page"], "acmecrm"),
    components=("score-card", "score-badge"),
)
