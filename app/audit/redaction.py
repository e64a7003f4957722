"""Redaction: no token or secret becomes an audit value, and no text of a stranger breaks a row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"
_MAX_TEXT, _MAX_ITEMS = 500, 50
_SEARCHED = 4_000  # what is kept, and as much behind it as shows that a token begins there
_SECRETS = re.compile(
    r"eyJ[\w-]{6,}\.[\w-]{6,}"  # a JWT, signed or encrypted
    r"|\b(?:bearer|basic)\s+[\w.~+/=-]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:access_token|refresh_token|subject_token|signed_request|client_secret|api_key|password)\b[\"']?\s*[=:]\s*\S",
    re.IGNORECASE,
)


def clean(value: Any) -> Any:
    """A value as it may be kept. What looks like a secret is replaced: the fact itself must not be lost,
    and a stranger must not be able to stop the audit by sending a token where a name belongs.

    Raises TypeError for what is no plain value (a Secret, an exception, bytes): that is a mistake of ours.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        ordered = sorted(value) if isinstance(value, (set, frozenset)) else list(value)
        return [clean(item) for item in ordered[:_MAX_ITEMS]]
    if isinstance(value, Mapping):
        return {clean_text(str(key)): clean(item) for key, item in list(value.items())[:_MAX_ITEMS]}
    raise TypeError(f"A {type(value).__name__} is not an audit value.")


def clean_text(text: str) -> str:
    """A text that a row may hold: nothing that looks like a secret, bounded, and fit for a database."""
    if _SECRETS.search(text[:_SEARCHED]):
        return REDACTED
    # a database refuses NUL and lone surrogates; a row that cannot be written would refuse its action
    return text[:_MAX_TEXT].encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
