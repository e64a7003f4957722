"""A canary beside the core that it is tried against: what each said, of the last thirty days.

The records of a canary are chosen by their names alone, so the two are asked about the same kinds of records: what
differs is the models.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.config import CapabilitySettings
from app.figures.breakdown import BANDS
from app.figures.names import UNSCORED, arm_points, arm_said
from app.figures.summary import Summary, share


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the two. `bands` are shares of what it scored."""

    core: str
    percent: int  # of the records, as it is set now
    scored: int
    failed: float | None  # the share of its records that it had no answer for
    mean: float | None
    bands: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Canary:
    """Both arms of a capability. What compares them is None until both have scored something."""

    capability: str
    arms: tuple[Arm, Arm]  # the core that answers all the rest; the canary
    points: float | None  # by how much the canary's mean is higher
    moved: float | None  # the least share of records that must be in another band by it: from 0 to 1


def canaries(whole: Summary, capabilities: Collection[CapabilitySettings]) -> list[Canary]:
    """One for each capability that has a canary."""
    return [_canary(whole, each) for each in capabilities if each.canary]


def wanted(capabilities: Collection[CapabilitySettings]) -> list[str]:
    """The names that these rows read off a summary."""
    arms = [(each.name, core) for each in capabilities if each.canary for core in each.cores]
    return [
        made for arm in arms for made in (arm_points(*arm), *(arm_said(*arm, said) for said in (*BANDS, *UNSCORED)))
    ]


def _canary(whole: Summary, capability: CapabilitySettings) -> Canary:
    main = _arm(whole, capability, capability.core, 100 - capability.canary_percent)
    canary = _arm(whole, capability, capability.canary, capability.canary_percent)
    points = canary.mean - main.mean if canary.mean is not None and main.mean is not None else None
    apart = sum(abs((canary.bands[word] or 0.0) - (main.bands[word] or 0.0)) for word in BANDS) / 2
    return Canary(capability.name, (main, canary), points, None if points is None else apart)


def _arm(whole: Summary, capability: CapabilitySettings, core: str, percent: int) -> Arm:
    counts = {said: whole.total(arm_said(capability.name, core, said)) for said in (*BANDS, *UNSCORED)}
    scored, asked = sum(counts[word] for word in BANDS), sum(counts.values())
    return Arm(
        core, percent, scored, share(counts["failed"] + counts["refused"], asked),
        share(whole.total(arm_points(capability.name, core)), scored),
        {word: share(counts[word], scored) for word in BANDS},
    )  # fmt: skip
