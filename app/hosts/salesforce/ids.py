"""Record ids and names as Salesforce writes them: the only texts that may enter a URL or a query there."""

from __future__ import annotations

import re

_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

# The first three characters of an id name its type; these are the same in every org.
# https://help.salesforce.com/s/articleView?id=000385203
_PREFIXES = {"001": "Account", "003": "Contact", "006": "Opportunity", "00Q": "Lead", "500": "Case"}


def is_id(text: object) -> bool:
    """Has it the shape of an id: 15 characters, or 18 with its checksum?"""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def is_name(text: object) -> bool:
    """Has it the shape of an object's or field's API name, without relationships?"""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def long_id(text: str) -> str:
    """The 18 characters of an id of 15, so that one record has one name. The last three hold the case."""
    if len(text) != 15:
        return text
    parts = (text[0:5], text[5:10], text[10:15])
    return text + "".join(
        _ALPHABET[sum(1 << place for place, letter in enumerate(part) if "A" <= letter <= "Z")] for part in parts
    )


def same_id(one: str, other: str) -> bool:
    """Do both name the same record? The first 15 characters, in their case, decide."""
    return one[:15] == other[:15]


def type_by_prefix(record_id: str) -> str | None:
    """The type of a standard object's record, which no page can misstate."""
    return _PREFIXES.get(record_id[:3])
