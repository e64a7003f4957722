"""A machine caller as a value: what it may do, and nothing of how it proved who it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.config import CapabilitySettings
from app.connections import Connection
from app.errors import Denied, NotFound


class May(StrEnum):
    """What a service may do with scores."""

    READ = "read"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Caller:
    """A service, and its grant. `proof` names the key or the token's issuer that it came with, for the audit."""

    connection: str
    service: str
    capabilities: frozenset[str]
    fields: frozenset[str]
    may: frozenset[May]
    proof: str = ""

    def capability(self, connection: Connection, name: str, act: May) -> CapabilitySettings:
        """The score that this service may read or bring. Raises Denied; nothing tells what else there is."""
        if act not in self.may:
            raise Denied(f"This key or token does not allow to {act} scores.", reason="scope-missing")
        found = connection.capability_named(name) if name in self.capabilities else None
        if found is None or found.kind != "score":
            raise Denied("This key or token does not cover that capability.", reason="capability-not-granted")
        return found

    def hidden(self, capability: CapabilitySettings) -> frozenset[str]:
        """The capability's fields that this service may not see."""
        return frozenset(capability.fields) - self.fields


def is_about(capability: CapabilitySettings, kinds: Iterable[str]) -> None:
    """Raises NotFound for a type of record that the capability is not about."""
    for kind in kinds:
        if kind not in capability.records:
            raise NotFound(f"{capability.name} is not about {kind}.", reason="record-type-unknown")
