"""A dashboard for Grafana: the rules with their bounds, and what explains them.

https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.health.alerts.prometheus import named
from app.health.alerts.rules import RULES, Rule

_SOURCE = {"type": "prometheus", "uid": "${source}"}
_UNITS = {"share": "percentunit", "seconds": "s", "count": "short"}
WIDE, TALL = 12, 8  # of 24 columns


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot that explains."""

    title: str
    unit: str
    queries: tuple[tuple[str, str], ...]  # legend, PromQL


_BY_QUANTILE = tuple(
    (f"p{share * 100:g}", f"histogram_quantile({share}, sum by (le) (rate(inlay_request_seconds_bucket[5m])))")
    for share in (0.5, 0.95, 0.99)
)
PLOTS = (
    Plot("How long requests take", "s", _BY_QUANTILE),
    Plot("Requests by route", "reqps", (("{{route}}", "sum by (route) (rate(inlay_request_seconds_count[5m]))"),)),
    Plot("Answers by state", "ops", (("{{state}}", "sum by (state) (rate(inlay_answers_total[5m]))"),)),
    Plot(
        "Answers out of memory",
        "ops",
        (("{{connection}}", "sum by (connection) (rate(inlay_remembered_total[5m]))"),),
    ),
    Plot("Launches", "ops", (("{{host}} {{outcome}}", "sum by (host, outcome) (rate(inlay_launches_total[5m]))"),)),
    Plot("Core calls", "ops", (("{{core}} {{outcome}}", "sum by (core, outcome) (rate(inlay_core_calls_total[5m]))"),)),
    Plot(
        "Host calls",
        "ops",
        (("{{connection}} {{outcome}}", "sum by (connection, outcome) (rate(inlay_host_calls_total[5m]))"),),
    ),
    Plot(
        "Scores found in the caches",
        "percentunit",
        (
            (
                "{{level}}",
                'sum by (level) (rate(inlay_cache_total{outcome="hit"}[5m])) / '
                "sum by (level) (rate(inlay_cache_total[5m]))",
            ),
        ),
    ),
    Plot(
        "Features missing",
        "ops",
        (
            (
                "{{connection}} {{feature}}",
                'sum by (connection, feature) (rate(inlay_features_total{outcome="missing"}[5m]))',
            ),
        ),
    ),
    Plot("Jobs", "short", (("{{state}}", "max by (state) (inlay_jobs_depth)"),)),
    Plot("Reviews", "ops", (("{{verdict}}", "sum by (verdict) (rate(inlay_reviews_total[5m]))"),)),
    Plot(
        "What must stay zero",
        "short",
        (
            ("audit rows not written", "sum(increase(inlay_audit_failures_total[5m]))"),
            ("figures not written", "sum(increase(inlay_figure_failures_total[5m]))"),
            ("epoch not read", "sum(increase(inlay_epoch_failures_total[5m]))"),
        ),
    ),
    Plot("Processes", "short", (("{{instance}}", "inlay_processes"),)),
)


def dashboard(job: str = "inlay") -> dict[str, Any]:
    """The dashboard, to be imported as it is; it asks which Prometheus is meant."""
    panels = [_of_rule(rule, job) for rule in RULES] + [_of_plot(plot) for plot in PLOTS]
    for number, panel in enumerate(panels):
        panel["id"] = number + 1
        panel["gridPos"] = {"x": number % 2 * WIDE, "y": number // 2 * TALL, "w": WIDE, "h": TALL}
    return {
        "title": "Inlay",
        "uid": "inlay",
        "tags": ["inlay"],
        "schemaVersion": 39,
        "editable": True,
        "time": {"from": "now-24h", "to": "now"},
        "refresh": "1m",
        "templating": {
            "list": [{"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "panels": panels,
    }


def _of_rule(rule: Rule, job: str) -> dict[str, Any]:
    """The value, with the bound as a line: red beyond it."""
    inside, beyond = ("green", "red") if rule.above else ("red", "green")
    steps = [{"color": inside, "value": None}, {"color": beyond, "value": rule.bound}]
    panel = _panel(rule.title, _UNITS[rule.unit], ((rule.name, named(rule.value, job)),))
    panel["description"] = f"{rule.sentence} {rule.mend}"
    panel["fieldConfig"]["defaults"] |= {
        "thresholds": {"mode": "absolute", "steps": steps},
        "custom": {"thresholdsStyle": {"mode": "line"}},
    }
    return panel


def _of_plot(plot: Plot) -> dict[str, Any]:
    return _panel(plot.title, plot.unit, plot.queries)


def _panel(title: str, unit: str, queries: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return {
        "type": "timeseries",
        "title": title,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": _SOURCE, "expr": expr, "legendFormat": legend}
            for n, (legend, expr) in enumerate(queries)
        ],
    }
