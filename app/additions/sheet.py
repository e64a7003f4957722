"""The form in which a host is added, as it stands; and the section of the configuration that follows from it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.config import Settings
from app.config.reader import literal
from app.hosts._host import Host
from app.hosts._setup import Question, Setup
from app.revisions import Revision
from app.revisions.publishing import Draft


@dataclass(slots=True)
class Sheet:
    """A form as it stands: what was typed, what is wrong with it, and what came of it."""

    host: Host
    setup: Setup
    before: Revision
    values: dict[str, str] = field(default_factory=dict, repr=False)  # to show again; no secret but an offered one
    components: Sequence[str] = ()
    capabilities: Sequence[str] = ()
    records_from: str = ""
    sealed: dict[str, str] = field(default_factory=dict, repr=False)  # secrets that were typed and are not kept yet
    kept: set[str] = field(default_factory=set)  # questions whose secret is in its file
    missing: list[Question] = field(default_factory=list)  # that the host makes later
    errors: dict[str, str] = field(default_factory=dict)  # by field; "" is the whole
    section: str = ""  # of the configuration
    settings: Settings | None = None  # with the connection in it; with stand-ins where something is missing
    draft: Draft | None = None  # to publish, once nothing is missing

    @property
    def name(self) -> str:
        """The new connection's name; empty while nobody typed one."""
        return self.values.get("name", "")

    @property
    def tree(self) -> dict[str, Any]:
        """The configuration as it is now, parsed."""
        return tomllib.loads(self.before.text)

    def offered_capabilities(self) -> dict[str, str]:
        """Name -> title, of those that a connection of this host can show."""
        known = self.tree.get("capabilities", {})
        found = {
            name: str(each.get("title", "Score"))
            for name, each in known.items()
            if each.get("kind", "score") == self.setup.shows
        }
        suggested = self.setup.suggested
        return found or ({suggested.name: str(suggested.settings["title"])} if suggested else {})

    def features(self) -> dict[str, list[str]]:
        """What each chosen capability reads, by the core's names."""
        known = self.tree.get("capabilities", {})
        return {name: list(known.get(name, {}).get("fields", [])) for name in self.capabilities}

    def renamed(self) -> dict[str, dict[str, str]]:
        """For each chosen capability: its features that have another name at the host. Raises ValueError."""
        lines = [line.partition("=") for line in self.values.get("fields", "").splitlines() if line.strip()]
        for name, _, field_ in lines:
            if not name.strip() or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]{0,127}", field_.strip()):
                raise ValueError(name)
        names = {name.strip(): field_.strip() for name, _, field_ in lines}
        found = {
            capability: {each: names[each] for each in features if names.get(each, each) != each}
            for capability, features in self.features().items()
        }
        return {capability: each for capability, each in found.items() if each}


def section(sheet: Sheet, answers: Mapping[str, str], public_url: str) -> str:
    """The connection as TOML, and the capability that it needs where nobody has written it yet."""
    settings = dict(sheet.setup.settings(answers, public_url))
    settings |= {"components": list(sheet.components), "capabilities": list(sheet.capabilities)}
    if sheet.records_from:
        settings["records_from"] = sheet.records_from
    text = _table(f"connections.{sheet.name}", {"host": sheet.host.name, **settings})
    for capability, names in sheet.renamed().items():
        text += "\n" + _table(f"connections.{sheet.name}.fields.{capability}", names)
    suggested, tree = sheet.setup.suggested, sheet.tree
    if suggested and suggested.name in sheet.capabilities and suggested.name not in tree.get("capabilities", {}):
        core = next(iter(tree.get("cores", {})), "main")
        text = _table(f"capabilities.{suggested.name}", {"core": core, **suggested.settings}) + "\n" + text
    return text


def _table(header: str, settings: Mapping[str, Any]) -> str:
    return f"[{header}]\n" + "".join(f"{_key(name)} = {literal(value)}\n" for name, value in settings.items())


def _key(name: str) -> str:
    """One key, whatever is in it: a dot without quotes begins a table."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else literal(name)
