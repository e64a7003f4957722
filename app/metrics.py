"""The metrics: a closed table of names, and a part that counts beside the road and never gets in its way.

Each worker process counts for itself and says so in the label `worker`; counters and histograms of one node
are merged by summing over it.
"""

from __future__ import annotations

import os
from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the table. Labels hold words of ours only: never a viewer, a record or a token."""

    kind: Literal["count", "seconds", "gauge"]
    labels: tuple[str, ...]
    sentence: str


METRICS: Mapping[str, Metric] = {
    "launches": Metric("count", ("host", "outcome"), "Launches, by what became of them."),
    "sessions": Metric("count", ("outcome",), "Sessions opened, renewed, refused and ended."),
    "sign_ins": Metric("count", ("host", "outcome"), "Sign-ins in a window, by what became of them."),
    "answers": Metric("count", ("capability", "state"), "Answers to viewers, by the state they were told."),
    "analyses": Metric("count", ("capability", "outcome"), "Work on documents, by what became of it."),
    "analysis_seconds": Metric("seconds", ("stage",), "How long the stages of a document's work took."),
    "reviews": Metric("count", ("capability", "verdict"), "Verdicts that viewers gave."),
    "core_calls": Metric("count", ("core", "outcome"), "Questions to scoring cores."),
    "host_calls": Metric("count", ("host", "outcome"), "Questions to hosts."),
    "cache": Metric("count", ("level", "outcome"), "Looks into the caches of answers."),
    "cache_bytes": Metric("gauge", ("level",), "Bytes of answers in memory, as they are estimated."),
    "redis_failures": Metric("count", ("outcome",), "Questions to Redis that brought nothing, or were not asked."),
    "events": Metric("count", ("outcome",), "Events from hosts, taken or refused."),
    "jobs": Metric("count", ("kind", "outcome"), "Background jobs, by how an attempt ended."),
    "rate_limited": Metric("count", ("route",), "Requests that were told to come back later."),
    "csp_reports": Metric("count", ("outcome",), "Browsers' reports of breaches of our pages' policies."),
    "unknown_claims": Metric("count", ("host",), "Claims in launches that the host's form does not know."),
    "redacted": Metric("count", ("event",), "Audit values that looked like secrets and were left out."),
    "audit_failures": Metric("count", (), "Audit rows that could not be written; what they were for was refused."),
    "figure_failures": Metric("count", (), "Figures that could not be written in time; they are tried again."),
    "epoch_failures": Metric("count", (), "Looks at the epoch that the database did not answer."),
    "metric_failures": Metric("count", (), "Wrong uses of this table."),
    "request_seconds": Metric("seconds", ("route",), "How long requests took."),
    "outbound_seconds": Metric("seconds", ("outcome",), "How long calls through the network door took."),
    "jobs_depth": Metric("gauge", ("state",), "Jobs that wait, run or are dead."),
    "epoch": Metric("gauge", (), "The epoch that this process has seen."),
}


class Metrics:
    """Counts for Prometheus. Fails open: a wrong call is counted, or raises where `strict` (in tests)."""

    def __init__(self, *, strict: bool = False, worker: str = "") -> None:
        self._strict, self._worker = strict, worker or str(os.getpid())
        self._registry = CollectorRegistry()
        self._made = {name: self._make(name, metric) for name, metric in METRICS.items()}
        # finding a labelled child costs more than counting with it
        self._children: dict[tuple[str, ...], Counter | Histogram | Gauge] = {}

    def count(self, name: str, n: float = 1, **labels: str) -> None:
        """Add `n` to a counter: `metrics.count("launches", host=host.name, outcome="accepted")`."""
        self._use(name, "count", n, labels)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Note how long something took."""
        self._use(name, "seconds", seconds, labels)

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Set what something is right now."""
        self._use(name, "gauge", value, labels)

    def render(self) -> tuple[bytes, str]:
        """The text for `/metrics` and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

    def _use(self, name: str, kind: str, value: float, labels: Mapping[str, str]) -> None:
        metric = METRICS.get(name)
        if metric is None or metric.kind != kind or len(labels) != len(metric.labels) or value < 0:
            self._misused(name)
            return
        try:
            values = [str(labels[label]) for label in metric.labels]
        except KeyError:
            self._misused(name)
            return
        self._record(name, value, values)

    def _misused(self, name: str) -> None:
        if self._strict:
            raise ValueError(f"There is no metric {name} of that kind with those labels, or its value is negative.")
        self._record("metric_failures", 1, [])

    def _record(self, name: str, value: float, labels: list[str]) -> None:
        key = (name, *labels)
        made = self._children.get(key)
        if made is None:
            made = self._children[key] = self._made[name].labels(self._worker, *labels)
        if isinstance(made, Counter):
            made.inc(value)
        elif isinstance(made, Histogram):
            made.observe(value)
        else:
            made.set(value)

    def _make(self, name: str, metric: Metric) -> Counter | Histogram | Gauge:
        labels = ("worker", *metric.labels)
        if metric.kind == "seconds":
            return Histogram(f"inlay_{name}", metric.sentence, labels, buckets=_BUCKETS, registry=self._registry)
        maker = Counter if metric.kind == "count" else Gauge
        return maker(f"inlay_{name}", metric.sentence, labels, registry=self._registry)


class NullMetrics(Metrics):
    """The twin for tests and tools: keeps the tally in `counted`, and is as strict as the table."""

    def __init__(self, *, strict: bool = True) -> None:
        self._strict = strict
        self.counted: Tally[tuple[str, ...]] = Tally()

    def render(self) -> tuple[bytes, str]:
        return b"", CONTENT_TYPE_LATEST

    def _record(self, name: str, value: float, labels: list[str]) -> None:
        key = (name, *labels)
        self.counted[key] = int(value) if METRICS[name].kind == "gauge" else self.counted[key] + int(value)
