"""What a core answers about a document, as frozen values; the strict parse from JSON is beside them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.shapes import Model

_FINGERPRINT = 24  # hexadecimal digits: 96 bits


class Severity(StrEnum):
    """How much a finding matters; the gravest first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Risk(StrEnum):
    """What a document is, all in all."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found in a document, or that is missing there: then it has no quote.

    `quote` is text[start:end] of the document, letter by letter; `page` counts from 1.
    """

    id: str  # unique within its analysis; the core's
    category: str
    severity: Severity
    title: str
    quote: str
    page: int | None
    start: int
    end: int
    explanation: str
    suggestion: str = ""
    confidence: float | None = None  # 0..1


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a document says of itself: its parties, a date, its law."""

    category: str
    label: str
    value: str
    quote: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """A core's answer about one document."""

    summary: str
    risk: Risk
    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    model: Model
    computed_at: datetime  # aware, UTC


def fingerprint(finding: Finding) -> str:
    """Names a finding by what it says of which words: the same in another run, and in another version of the
    document as long as the quoted words stand there, however they are broken into lines."""
    words = " ".join(finding.quote.split())
    return hashlib.sha256(f"{finding.category}\n{words}".encode()).hexdigest()[:_FINGERPRINT]
