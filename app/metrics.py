"""The metrics: a closed table of names, and a part that counts beside the road and never gets in its way.

Counters and histograms are added up over all processes of the node, those that have ended included, at the moment
that they are asked for. A gauge is what the process that is asked knows right then.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from app.node import NOWHERE, Node, Row

if TYPE_CHECKING:  # Prometheus' client, with its own web server, is read by whoever is asked for the text first
    from prometheus_client.core import Metric as Family

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10)
_BOUNDS = (*(str(float(bound)) for bound in _BUCKETS), "+Inf")
Kind = Literal["count", "seconds", "gauge"]
# numbers in a row: of a histogram the sum of seconds, then how many fell into each bucket
_WIDTH: Mapping[Kind, int] = {"count": 1, "seconds": 1 + len(_BOUNDS), "gauge": 0}


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the table. Labels hold words of ours only: never a viewer, a record or a token."""

    kind: Kind
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
    "feedback": Metric("count", ("outcome",), "Reviews that cores were told of, by what became of it."),
    "write_backs": Metric("count", ("connection", "outcome"), "Write-backs to hosts' records, by what became of them."),
    "core_calls": Metric("count", ("core", "outcome"), "Questions to scoring cores."),
    "core_answers": Metric(
        "count", ("capability", "core", "outcome"), "Records by what each core said of them, a canary's apart."
    ),
    "arm_answers": Metric(
        "count",
        ("capability", "core", "outcome"),
        "While there is a canary: records by the band that each core said.",
    ),
    "arm_points": Metric("count", ("capability", "core"), "The same: the sum of the scores of each."),
    "core_records": Metric("count", ("core",), "Records that scoring cores were asked about."),
    "host_calls": Metric("count", ("host", "connection", "outcome"), "Questions to hosts."),
    "features": Metric("count", ("connection", "feature", "outcome"), "Features of scored records, filled or missing."),
    "remembered": Metric("count", ("connection", "component"), "Answers to viewers that were in memory whole."),
    "cache": Metric("count", ("level", "outcome"), "Looks into the caches of answers."),
    "cache_bytes": Metric("gauge", ("level",), "Bytes of answers in memory, as they are estimated."),
    "redis_failures": Metric("count", ("outcome",), "Questions to Redis that brought nothing, or were not asked."),
    "events": Metric("count", ("outcome",), "Events from hosts, taken or refused."),
    "broker_messages": Metric("count", ("broker", "outcome"), "Messages taken from brokers and published to them."),
    "broker_failures": Metric("count", ("broker", "outcome"), "Links to brokers that broke, by why."),
    "jobs": Metric("count", ("kind", "outcome"), "Background jobs, by how an attempt ended."),
    "rate_limited": Metric("count", ("route",), "Requests that were told to come back later."),
    "csp_reports": Metric("count", ("outcome",), "Browsers' reports of breaches of our pages' policies."),
    "unknown_claims": Metric("count", ("host",), "Claims in launches that the host's form does not know."),
    "redacted": Metric("count", ("event",), "Audit values that looked like secrets and were left out."),
    "audit_failures": Metric("count", (), "Audit rows that could not be written; what they were for was refused."),
    "audit_seal_overdue_seconds": Metric(
        "gauge", (), "Time beyond what is set that the log's oldest row waits for its seal."
    ),
    "figure_failures": Metric("count", (), "Figures that could not be written in time; they are tried again."),
    "epoch_failures": Metric("count", (), "Looks at the epoch that the database did not answer."),
    "metric_failures": Metric("count", (), "Wrong uses of this table."),
    "request_seconds": Metric("seconds", ("route",), "How long requests took."),
    "outbound_seconds": Metric("seconds", ("outcome",), "How long calls through the network door took."),
    "jobs_depth": Metric("gauge", ("state",), "Jobs that wait, run or are dead."),
    "write_backs_standing": Metric("gauge", ("state",), "Records by how their write-back stands."),
    "epoch": Metric("gauge", (), "The number of the newest change that was seen."),
    "processes": Metric("gauge", (), "Server processes of this node that are alive."),
}


class Metrics:
    """Counts for Prometheus. Fails open: a wrong call is counted, or raises where `strict` (in tests)."""

    def __init__(self, node: Node | None = None, *, strict: bool = False) -> None:
        self._strict, self._node = strict, node or Node()
        self._cells, self._lock = self._node.cells(), threading.Lock()
        self._values = self._cells.values
        # where a call of these words counts; found once, because to check them costs more than to count
        self._counters: dict[tuple[str, ...], int] = {}
        self._histograms: dict[tuple[str, ...], int] = {}
        self._gauges: dict[Row, list[float]] = {}
        # what a dead process left in the cells was never ours to tell
        self._told = {row: numbers[0] for row, numbers in self._cells.read()}

    def count(self, name: str, n: float = 1, **labels: str) -> None:
        """Add `n` to a counter: `metrics.count("launches", host=host.name, outcome="accepted")`."""
        said = (name, *labels, *labels.values())
        at = self._counters.get(said)
        if at is None or n < 0:
            row = self._row(name, "count", n, labels)
            if row is None:
                return
            at = self._counters[said] = self._cells.row(row, _WIDTH["count"])
        with self._lock:
            self._values[at] += n

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Note how long something took."""
        said = (name, *labels, *labels.values())
        at = self._histograms.get(said)
        if at is None or seconds < 0:
            row = self._row(name, "seconds", seconds, labels)
            if row is None:
                return
            at = self._histograms[said] = self._cells.row(row, _WIDTH["seconds"])
        bucket = at + 1 + bisect_left(_BUCKETS, seconds)
        with self._lock:
            self._values[at] += seconds
            self._values[bucket] += 1

    def place(self, name: str, **labels: str) -> int:
        """Where such a counter or histogram counts, for `tick`: found once by whoever counts the same all the time."""
        kind = METRICS[name].kind
        row = self._row(name, kind, 0, labels)
        return NOWHERE if row is None else self._cells.row(row, _WIDTH[kind])

    def tick(self, counters: Iterable[int], histogram: int, seconds: float) -> None:
        """Add one to each counter and note how long it took, by their places: one turn instead of one for each."""
        bucket = histogram + 1 + bisect_left(_BUCKETS, seconds)
        values = self._values
        with self._lock:
            for at in counters:
                values[at] += 1
            values[histogram] += seconds
            values[bucket] += 1

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Set what something is right now, just before `render`."""
        row = self._row(name, "gauge", value, labels)
        if row is not None:
            self._gauges[row] = [value]

    def growth(self, names: Collection[str]) -> dict[Row, int]:
        """By how much counters of this process grew since this was asked last. Each growth is told once, to one."""
        with self._lock:
            now = {row: numbers[0] for row, numbers in self._cells.read() if row[0] in names}
            grown = {row: int(value - self._told.get(row, 0.0)) for row, value in now.items()}
            self._told |= now
        return {row: n for row, n in grown.items() if n}

    def render(self) -> tuple[bytes, str]:
        """The text for `/metrics` and its content type."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

        registry = CollectorRegistry()
        registry.register(_Sums(self._node.totals(self._cells) | self._gauges))
        return generate_latest(registry), CONTENT_TYPE_LATEST

    def _row(self, name: str, kind: Kind, value: float, labels: Mapping[str, str]) -> Row | None:
        """What is counted, by its name and its labels' values in the table's order; None for a wrong use."""
        metric = METRICS.get(name)
        if metric is not None and metric.kind == kind and labels.keys() == set(metric.labels) and value >= 0:
            return name, *(str(labels[label]) for label in metric.labels)
        if self._strict:
            raise ValueError(f"There is no metric {name} of that kind with those labels, or its value is negative.")
        self.count("metric_failures")
        return None


class _Sums:
    """What Prometheus' client asks for its text: a family for each row of the table."""

    def __init__(self, rows: Mapping[Row, Sequence[float]]) -> None:
        self._rows = rows

    def collect(self) -> Iterator[Family]:
        for name, metric in METRICS.items():
            numbers = {row[1:]: self._rows[row] for row in sorted(self._rows) if row[0] == name}
            if metric.kind == "count" and not metric.labels:
                numbers = numbers or {(): [0.0]}  # an alarm needs to see the first of them as a rise
            yield _family(f"inlay_{name}", metric, numbers)


def _family(name: str, metric: Metric, numbers: Mapping[Row, Sequence[float]]) -> Family:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    if metric.kind == "seconds":
        histogram = HistogramMetricFamily(name, metric.sentence, labels=metric.labels)
        for labels, (total, *buckets) in numbers.items():
            histogram.add_metric(labels, list(zip(_BOUNDS, accumulate(buckets), strict=True)), total)
        return histogram
    maker = CounterMetricFamily if metric.kind == "count" else GaugeMetricFamily
    family = maker(name, metric.sentence, labels=metric.labels)
    for labels, (value,) in numbers.items():
        family.add_metric(labels, value)
    return family


class NullMetrics(Metrics):
    """The twin for tests and tools: keeps the tally in `counted`, and is as strict as the table."""

    def __init__(self, *, strict: bool = True) -> None:
        super().__init__(strict=strict)
        self.counted: Tally[tuple[str, ...]] = Tally()
        self._places: list[Row | None] = []

    def place(self, name: str, **labels: str) -> int:
        self._places.append(self._row(name, METRICS[name].kind, 0, labels))
        return len(self._places) - 1

    def tick(self, counters: Iterable[int], histogram: int, seconds: float) -> None:
        for at in counters:
            self._tally(self._places[at], 1)
        self._tally(self._places[histogram], int(seconds))

    def count(self, name: str, n: float = 1, **labels: str) -> None:
        """Tally it."""
        self._tally(self._row(name, "count", n, labels), int(n))

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Tally whole seconds."""
        self._tally(self._row(name, "seconds", seconds, labels), int(seconds))

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Keep the value."""
        if row := self._row(name, "gauge", value, labels):
            self.counted[row] = int(value)

    def render(self) -> tuple[bytes, str]:
        """Nothing, in the right content type."""
        return b"", super().render()[1]

    def _tally(self, row: Row | None, n: int) -> None:
        if row:
            self.counted[row] += n
