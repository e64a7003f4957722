"""What is asked for every connection whose viewers a directory knows: one registration of an app there serves all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.hosts._setup import Answers, Question, Suggested, matching

_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_MEND = "It looks like 8eaef023-2b34-4da1-9baa-8bc8c9d6a490: use the copy button beside it."
COMPONENTS = ("document-sidebar", "analysis-badge")


def _guid(what: str) -> Callable[[str], str]:
    read = matching(_GUID, what, _MEND)
    return lambda typed: read(typed).lower()


REGISTRATION = (
    Question(
        "tenants",
        "Directory (tenant) ID",
        "Microsoft Entra admin center > App registrations > Inlay > Overview",
        _guid("tenant's id"),
        example="8eaef023-2b34-4da1-9baa-8bc8c9d6a490",
    ),
    Question(
        "client_id",
        "Application (client) ID",
        "on the same page",
        _guid("app's id"),
        example="6e74172b-be56-4843-9ff4-e66a39bb12e3",
    ),
    Question(
        "client_secret",
        "Client secret: its Value, not its Secret ID",
        "Certificates & secrets > New client secret; shown there once",
        secret=True,
    ),
)

# what documents are called here
REVIEW = Suggested(
    "contract_review",
    {"kind": "analysis", "title": "Contract review", "records": ["driveItem", "listItem", "share"]},
)


def settings(origins: Callable[[Answers, str], Sequence[str]]) -> Callable[[Answers, str], Mapping[str, Any]]:
    """A connection's settings; `origins` says which pages may hold its panels."""

    def made(answers: Answers, public_url: str) -> Mapping[str, Any]:
        return {
            "origins": list(dict.fromkeys(origins(answers, public_url))),
            "tenants": [answers["tenants"]],
            "client_id": answers["client_id"],
            "client_secret": answers["client_secret"],
            "single_use": False,  # pages hand the same token out again until it ends
        }

    return made
