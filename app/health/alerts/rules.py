"""The table of rules: what is wrong when, how bad it is, and what to do. All that alerts is made from it.

`value` and `counted` are PromQL over the names of `/metrics`; `measure.py` reads the same off the stored figures, for
each connection, where there is no Prometheus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["share", "seconds", "count"]
_ROAD = 'route=~"/components.*|/session|/launch/.*"'  # what viewers wait for


@dataclass(frozen=True, slots=True)
class Rule:
    """It fires while the value over the window is beyond its bound, if enough was counted to say so."""

    name: str
    title: str
    sentence: str  # what it means that it fires
    mend: str
    severity: Literal["critical", "warning"]
    window_min: int
    bound: float
    above: bool  # fires above the bound, or below it
    unit: Unit
    least: int  # so many must have been counted
    each: bool  # whether it is looked at for each connection, or for the whole deployment
    value: str  # PromQL
    counted: str  # PromQL

    @property
    def window_s(self) -> float:
        """The window, in seconds."""
        return self.window_min * 60.0

    def broken(self, value: float | None, counted: int) -> bool:
        """Whether this is a reason to wake somebody."""
        if value is None or counted < self.least:
            return False
        return value > self.bound if self.above else value < self.bound


RULES = (
    Rule(
        name="uptime",
        title="Uptime under 99.5 %",
        sentence="For more than seven minutes of the last day no server could show a panel.",
        mend="See which minutes are missing under Figures, and what the servers' logs and the database said then.",
        severity="critical",
        window_min=1_440,
        bound=0.995,
        above=False,
        unit="share",
        least=720,
        each=False,
        value='avg_over_time(max(up{job="inlay"})[1d:1m])',
        counted='sum(count_over_time(max(up{job="inlay"})[1d:1m]))',
    ),
    Rule(
        name="latency",
        title="Slow: p95 over 2 s",
        sentence="One answer in twenty took longer than two seconds.",
        mend="Look whether the core or the host is slow, by inlay check, and whether the processors are busy.",
        severity="warning",
        window_min=15,
        bound=2.0,
        above=True,
        unit="seconds",
        least=20,
        each=True,
        value=f"histogram_quantile(0.95, sum by (le) (rate(inlay_request_seconds_bucket{{{_ROAD}}}[15m])))",
        counted=f"sum(increase(inlay_request_seconds_count{{{_ROAD}}}[15m]))",
    ),
    Rule(
        name="errors",
        title="Error rate over 0.1 %",
        sentence="More than one answer in a thousand had nothing to show.",
        mend="Open the connection and read what failed last; inlay check asks its core and its host right now.",
        severity="critical",
        window_min=30,
        bound=0.001,
        above=True,
        unit="share",
        least=5,
        each=True,
        value='sum(rate(inlay_answers_total{state="unavailable"}[30m])) / sum(rate(inlay_answers_total[30m]))',
        counted='sum(increase(inlay_answers_total{state="unavailable"}[30m]))',
    ),
    Rule(
        name="freshness",
        title="Stale: over half of the scores",
        sentence="More than half of the scores that were shown were past their time.",
        mend="Look whether jobs wait or are dead, and whether the core or a call limit is too slow for what is asked.",
        severity="warning",
        window_min=60,
        bound=0.5,
        above=True,
        unit="share",
        least=20,
        each=True,
        value='sum(rate(inlay_answers_total{state="stale"}[1h])) / '
        'sum(rate(inlay_answers_total{state=~"ready|stale"}[1h]))',
        counted='sum(increase(inlay_answers_total{state=~"ready|stale"}[1h]))',
    ),
    Rule(
        name="dead-jobs",
        title="Background jobs died",
        sentence="Work in the background was given up after all its attempts.",
        mend="See why under Jobs, mend the cause, then replay them.",
        severity="warning",
        window_min=60,
        bound=0.0,
        above=True,
        unit="count",
        least=1,
        each=False,
        value='sum(increase(inlay_jobs_total{outcome="dead"}[1h]))',
        counted='sum(increase(inlay_jobs_total{outcome="dead"}[1h]))',
    ),
    Rule(
        name="unsealed",
        title="The audit log is not being sealed",
        sentence="The oldest row without a seal should have had one a quarter of an hour ago; until it has, "
        "nobody could tell whether it was changed.",
        mend="See under Jobs whether the kind seal waits or is dead, whether a worker runs, and whether the file "
        "of anchors can be written.",
        severity="critical",
        window_min=15,
        bound=900.0,
        above=True,
        unit="seconds",
        least=1,
        each=False,
        value="max(inlay_audit_seal_overdue_seconds)",
        counted="count(inlay_audit_seal_overdue_seconds)",
    ),
)
BY_NAME = {rule.name: rule for rule in RULES}


def said(value: float | None, unit: Unit) -> str:
    """A value as people read it."""
    if value is None:
        return "–"
    if unit == "share":
        return f"{value * 100:.2f} %"
    return f"{value:.2f} s" if unit == "seconds" else f"{value:.0f}"
