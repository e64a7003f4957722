"""What is asked for a tenant's Word: our app's registration in its directory. The pane is a page of ours."""

from __future__ import annotations

from app.hosts._entra_setup import COMPONENTS, REGISTRATION, REVIEW, settings
from app.hosts._setup import Setup

SETUP = Setup(
    title="Word",
    about="A button that opens the review of the open document at its side.",
    questions=REGISTRATION,
    settings=settings(lambda _, public_url: (public_url,)),
    name=lambda _: "word",
    components=COMPONENTS[:1],
    shows="analysis",
    suggested=REVIEW,
)
