"""Records as Zendesk names them: the only texts that may enter an address there."""

from __future__ import annotations

import re

# Type -> the API's word for many of them. https://developer.zendesk.com/api-reference/ticketing/introduction/
KINDS = {"ticket": "tickets", "user": "users", "organization": "organizations"}
_ID = re.compile(r"[1-9][0-9]{0,19}")
_CUSTOM = re.compile(r"custom_field_([1-9][0-9]{0,19})")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,79}")


def is_id(text: str) -> bool:
    """A number, as its records, users and fields have it: it may stand in an address."""
    return _ID.fullmatch(text) is not None


def is_field(text: str) -> bool:
    """A field of the API's answer, or a custom one as `custom_field_360001`."""
    return _FIELD.fullmatch(text) is not None


def custom_id(field: str) -> int | None:
    """The number of a custom field; None: it is none."""
    found = _CUSTOM.fullmatch(field)
    return int(found[1]) if found else None
