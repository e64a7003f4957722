"""The view of `analysis-badge`: one line of a reading."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.analysis.reading import Reading
from app.answer import State
from app.launch import Record, Viewer
from app.views._read import analysis_of, findings_of, problem_of, reviewed_of

ANSWERS = "analysis"
HISTORY = False  # no trend is drawn


def params(
    reading: Reading,
    *,
    record: Record,
    viewer: Viewer,  # noqa: ARG001  # every view takes the same; a badge says the same to all who may see it
    now: datetime,  # noqa: ARG001  # nothing here ages
    opens: bool,  # noqa: ARG001  # the list around it opens the document
    title: str = "",  # noqa: ARG001  # the list's head says it
) -> dict[str, Any]:
    """The args of the component."""
    analysis = analysis_of(reading)
    findings = len(findings_of(analysis)) if analysis else 0
    reviewed = reviewed_of(reading, analysis) if analysis else 0
    progress = reading.progress if reading.state is State.PENDING else None
    return {
        "state": reading.state.value,
        "record": str(record),
        "risk": analysis.risk.value if analysis else None,
        "findings": findings,
        "reviewed": reviewed,
        "share": reviewed * 100 // findings if findings else 0,  # rounded down: 100 says that nothing is left
        "progress": min(1.0, max(0.0, progress.share)) if progress else None,
        "problem": bool(problem_of(reading)),
    }
