"""Writes a commented configuration from the table, for a person to fill in."""

from __future__ import annotations

from dataclasses import MISSING

from app.config.reader import literal, rows
from app.config.table import SECTIONS

_NAMES = {"cores": "cores.main", "capabilities": "capabilities.lead_score", "connections": "connections.crm"}
_INTRODUCTION = """\
# The configuration of Inlay. Strict: an unknown or half-set setting is refused with its mend.
# Secrets are only referred to: "env:NAME" reads a variable, "file:path" a file of mode 600.
# A line that starts with # shows a default or an example; uncomment it to change it.
"""


def example(host: str = "your-host") -> str:
    """A configuration that parses, every setting with its sentence."""
    parts = [_INTRODUCTION]
    for family, section in SECTIONS.items():
        title = (section.__doc__ or "").partition(": ")[2]
        lines = [f"\n# {title[:1].upper()}{title[1:]}", f"[{_NAMES.get(family, family)}]"]
        for name, each in rows(section):
            shown = each.example if each.default in (MISSING, None, "") else each.default
            must = each.default is MISSING or (family, name) == ("capabilities", "fields")
            value = host if name == "host" else [*each.example] if must and each.default == [] else shown
            lines += [f"# {each.sentence}", f"{'' if must else '# '}{name} = {literal(value)}"]
        parts.append("\n".join(lines) + "\n")
    return "".join(parts)
