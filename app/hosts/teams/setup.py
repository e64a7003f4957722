"""What is asked for a tenant's Teams: our app's registration in its directory. The pages around it are the vendor's."""

from __future__ import annotations

from app.hosts._entra_setup import COMPONENTS, REGISTRATION, REVIEW, settings
from app.hosts._setup import Setup

_AROUND = (
    "https://teams.microsoft.com",
    "https://teams.cloud.microsoft",
    "https://m365.cloud.microsoft",
    "https://outlook.cloud.microsoft",
    "https://outlook.office.com",
)

SETUP = Setup(
    title="Teams, Outlook and Microsoft 365",
    about="A personal tab, and tabs of channels, chats and meetings, that show the review of a document.",
    questions=REGISTRATION,
    settings=settings(lambda _, public_url: (public_url, *_AROUND)),  # ours: on phones a page of ours is around it
    name=lambda _: "teams",
    components=COMPONENTS[:1],
    shows="analysis",
    suggested=REVIEW,
)
