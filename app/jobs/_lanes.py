"""Lanes: which kinds of jobs share threads. What is in one lane never waits for what is in another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lane:
    """Kinds of jobs, and how many threads each process has for them. Within it the higher priority goes first."""

    name: str
    kinds: tuple[str, ...]
    threads: int = 1


LANES = (
    Lane("quick", ("alert", "changes", "revoke", "schedule", "subscribe", "told", "watch")),  # a call or two each
    Lane("scores", ("rescore", "score")),  # somebody looks, or has looked
    Lane("ahead", ("announce", "leave", "seal", "warm")),  # long runs that nobody waits for
    Lane("told", ("feedback",)),  # a call each, to cores that may be away for long
    Lane("records", ("write_back",)),  # two or three calls to a host each
    Lane("documents", ("analyse",), 2),  # seconds to minutes each
)


def lanes(kinds: Collection[str], factor: int) -> list[list[str]]:
    """The kinds of each thread to be; `factor` times as many threads. Raises ValueError for a kind without a lane."""
    homeless = {*kinds} - {kind for lane in LANES for kind in lane.kinds}
    if homeless:
        raise ValueError(f"These kinds of jobs have no lane: {', '.join(sorted(homeless))}.")
    found = [(lane, [kind for kind in lane.kinds if kind in kinds]) for lane in LANES]
    return [mine for lane, mine in found if mine for _ in range(lane.threads * factor)]
