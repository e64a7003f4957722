"""Tables, rows and columns as Dataverse names them: the only texts that may enter an address there.

https://learn.microsoft.com/power-apps/developer/data-platform/webapi/web-api-entitytypes
"""

from __future__ import annotations

import re

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TABLE = re.compile(r"[a-z][a-z0-9]{0,49}(?:_[a-z0-9]{1,50}){0,2}")
_COLUMN = re.compile(r"_?[a-z][a-z0-9_]{0,99}")
_ACTIVITIES = frozenset({"appointment", "email", "fax", "letter", "phonecall", "task"})


def is_id(text: str) -> bool:
    """In small letters, so that one row has one name."""
    return _ID.fullmatch(text) is not None


def is_table(text: str) -> bool:
    """A table's own name, in the singular: lead, new_project."""
    return _TABLE.fullmatch(text) is not None


def is_column(text: str) -> bool:
    """A column's logical name: it may stand in an address, and in `$select`."""
    return _COLUMN.fullmatch(text) is not None


def many(table: str) -> str:
    """What addresses call its rows. The platform forms it by English plurals, for a customer's own tables too."""
    if table.endswith("y") and table[-2:-1] not in "aeiou":
        return f"{table[:-1]}ies"
    return f"{table}es" if table.endswith(("s", "x", "z", "ch", "sh")) else f"{table}s"


def key(table: str) -> str:
    """The column that holds a row's id."""
    return "activityid" if table in _ACTIVITIES else f"{table}id"
