"""The settings of a capability."""

from __future__ import annotations

from dataclasses import dataclass

from app.config.answering import REASONS
from app.config.kinds import (
    BANDS,
    DURATION,
    FIELD,
    IMPORT,
    WORD,
    choice,
    integer,
    many,
    text,
)
from app.config.reader import row


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilitySettings:
    """`[capabilities.<name>]`: something that a core can be asked."""

    name: str
    core: str = row(WORD, "The core that answers; import: none, its scores are only imported.", example="main")
    canary: str = row(WORD, "Another core, which answers for a share of the records.", "", example="next")
    canary_percent: int = row(integer(0, 100), "How many of a hundred records that share is.", 0)
    kind: str = row(choice("score", "analysis"), "The shape of the answer.", "score")
    title: str = row(text("Lead score"), "The heading that viewers read.", "Score")
    records: tuple[str, ...] = row(many(FIELD, 1), "The hosts' record types that it is about.", example=["Lead"])
    fields: tuple[str, ...] = row(
        many(FIELD),
        "The features that it reads, as the core names them; nothing else leaves the host.",
        [],
        example=["industry"],
    )
    bands: tuple[tuple[str, float], ...] = row(BANDS, "Each band's lowest score.", BANDS.example)
    ttl: float = row(DURATION, "How long a score is fresh.", "15m")
    stale: float = row(DURATION, "How long after that it may be shown, marked as stale.", "1d")
    wait: float = row(DURATION, "How long a first look waits before it says that it is pending.", "150ms")
    reasons: tuple[tuple[str, str], ...] = row(
        REASONS, "Why viewers dismiss or override it: a word, and what they read; none: our own list.", {}
    )
    playbook: str = row(
        text("standard", r"[A-Za-z0-9_.-]{0,64}"), "Of an analysis: what the core goes by; empty: its own.", ""
    )

    @property
    def is_imported(self) -> bool:
        """Whether no core answers it: its scores are only brought."""
        return self.core == IMPORT

    @property
    def cores(self) -> tuple[str, ...]:
        """Those that answer it, the canary last."""
        return () if self.is_imported else (self.core, self.canary) if self.canary else (self.core,)
