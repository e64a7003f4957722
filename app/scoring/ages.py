"""How long a score is shown: fresh, then stale and saying so, then not any more."""

from __future__ import annotations

from app.config import CapabilitySettings
from app.core.stored import OUTDATED, Stored


def last(capability: CapabilitySettings, stored: Stored) -> float:
    """Until when a score may be shown, as a stale one at last. An imported one is fresh for as long as its batch says,
    whatever the capability's `ttl`."""
    return max(stored.stored_at + capability.ttl, stored.fresh_until) + capability.stale


def shows(capability: CapabilitySettings, known: Stored | None, now: float) -> bool:
    """Whether there is something to show meanwhile that merely aged."""
    return known is not None and known.fresh_until != OUTDATED and now <= last(capability, known)
