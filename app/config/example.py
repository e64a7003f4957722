"""Writes a commented configuration from the table, for a person to fill in."""

from __future__ import annotations

import re
from dataclasses import MISSING
from urllib.parse import urlsplit

from app.config.reader import literal, rows
from app.config.table import SECTIONS

_NAMES = {
    "cores": "cores.main",
    "capabilities": "capabilities.lead_score",
    "connections": "connections.crm",
    "brokers": "brokers.main",
}
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


def beginning(url: str, key: str) -> str:
    """What a deployment begins with: the example, reached by `url`, with a key of its own, and no connection yet.

    Its connection is a comment there, so that it can be served at once and filled in by the admin's pages.
    """
    before, header, section = example().partition("[connections.crm]\n")
    lines, rest = section.partition("\n\n")[::2]
    text = before + "".join(f"# {line.removeprefix('# ')}\n" for line in f"{header}{lines}".splitlines()) + f"\n{rest}"
    text = re.sub(r"^public_url = .*", f"public_url = {literal(url)}", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^keys = .*", f"keys = [{literal(key)}]", text, count=1, flags=re.MULTILINE)
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.port:  # nothing stands in front of us
        text = re.sub(r"^# port = .*", f"port = {parts.port}", text, count=1, flags=re.MULTILINE)
    return text
