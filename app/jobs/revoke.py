"""Tell a host to forget the tokens of a viewer who signed out, or whom an admin shut out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.session.identities import Identities


def handle(identities: Identities, payload: Mapping[str, Any]) -> None:
    """Idempotent: hosts take it for done when a token is revoked already."""
    identities.revoke(payload)
