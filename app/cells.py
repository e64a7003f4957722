"""Cells of tables for spreadsheets: text that none of them runs."""

from __future__ import annotations

BOM = "\ufeff"  # without it spreadsheets read UTF-8 as something else
# What a spreadsheet may take for a formula, and run: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")


def cell(value: object) -> str:
    """As text. What could be a formula begins with an apostrophe, which spreadsheets show as text."""
    text = "" if value is None else str(value).replace("\x00", "")
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text[:1] in ("\t", "\r", "\n") else text
