"""What sidebar and badge both say of an analysis, so that they cannot disagree."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from app.analysis.reading import Reading
from app.answer import Reviewed, State
from app.core.analyses import Analysis, Finding, Severity, fingerprint

RANKS: Mapping[Severity, int] = MappingProxyType({severity: rank for rank, severity in enumerate(Severity)})
_READ = (State.READY, State.STALE)


def analysis_of(reading: Reading) -> Analysis | None:
    """The analysis to draw, None where the state has none: a denied reading draws none, whatever it carries."""
    return reading.analysis if reading.state in _READ else None


def problem_of(reading: Reading) -> str:
    """Why the document cannot be read, as a code; empty while an analysis of it stands."""
    return reading.problem if reading.state in (State.EMPTY, State.UNAVAILABLE) else ""


def findings_of(analysis: Analysis) -> tuple[Finding, ...]:
    """Each finding once: two that say the same of the same words have one verdict."""
    return tuple({fingerprint(each): each for each in reversed(analysis.findings)}.values())[::-1]


def severity_of(finding: Finding, review: Reviewed | None) -> Severity:
    """How grave it is, after the viewers' word."""
    return Severity(review.severity) if review and review.severity and review.holds else finding.severity


def reviewed_of(reading: Reading, analysis: Analysis) -> int:
    """How many findings have a verdict that holds."""
    said = (reading.reviews.get(fingerprint(each)) for each in findings_of(analysis))
    return sum(each is not None and each.holds for each in said)


def viewer_url(address: str) -> str:
    """Where a host opens the document, ready for a fragment; whatever a browser might run instead is left out."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts._replace(fragment="").geturl() if parts.scheme in ("https", "http") and parts.netloc else ""
