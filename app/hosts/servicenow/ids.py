"""Ids and names as ServiceNow writes them: the only texts that may enter a URL or a query there."""

from __future__ import annotations

import re

_ID = re.compile(r"[0-9a-f]{32}")
_TABLE = re.compile(r"[a-z][a-z0-9_]{0,79}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,79}(?:\.[a-z][a-z0-9_]{0,79}){0,3}")


def is_id(text: object) -> bool:
    """Has it the shape of a sys_id?"""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def is_table(text: object) -> bool:
    """Has it the shape of a table's name?"""
    return isinstance(text, str) and _TABLE.fullmatch(text) is not None


def is_field(text: object) -> bool:
    """Has it the shape of a field's name, with up to three steps through references?"""
    return isinstance(text, str) and _FIELD.fullmatch(text) is not None
