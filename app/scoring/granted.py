"""What grants are about: their capabilities, and what of an imported score they let one see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.config import CapabilitySettings
from app.connections import Connection
from app.permissions import Grant


def by_capability(connection: Connection, grants: Sequence[Grant]) -> dict[CapabilitySettings | None, list[Grant]]:
    """Grants by the score that speaks of their type of record; None: none does."""
    groups: dict[CapabilitySettings | None, list[Grant]] = defaultdict(list)
    for grant in grants:
        groups[connection.capability_for(grant.record)].append(grant)
    return groups


def seeing(grant: Grant, capability: CapabilitySettings, row: Mapping[str, Any]) -> Grant:
    """The grant of what a launch carried is to see that, and nothing of other fields."""
    return replace(grant, hidden_fields=grant.hidden_fields | (frozenset(capability.fields) - row.keys()))
