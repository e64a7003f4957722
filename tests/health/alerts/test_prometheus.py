"""What we hand to Prometheus and Grafana asks only for what `/metrics` really has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from app.health.alerts.grafana import dashboard
from app.health.alerts.prometheus import rules_file
from app.health.alerts.rules import RULES
from app.metrics import METRICS, Metrics

THEIRS = {"up"}  # Prometheus' own: whether it reached us


def exposed() -> dict[str, set[str]]:
    """Every name of `/metrics` with its labels, as it is really written."""
    metrics = Metrics(strict=True)
    for name, metric in METRICS.items():
        labels = dict.fromkeys(metric.labels, "x")
        if metric.kind == "count":
            metrics.count(name, **labels)
        elif metric.kind == "seconds":
            metrics.observe(name, 0.1, **labels)
        else:
            metrics.gauge(name, 1, **labels)
    found: dict[str, set[str]] = {}
    for line in metrics.render()[0].decode().splitlines():
        if not line.startswith("#"):
            name, labels = re.fullmatch(r"(\w+)(?:\{(.*)\})? \S+", line).groups()  # type: ignore[union-attr]
            found.setdefault(name, set()).update(re.findall(r"(\w+)=\"", labels or ""))
    return found


def asked() -> Iterator[str]:
    """Every question of ours."""
    for rule in RULES:
        yield rule.value
        yield rule.counted
    for panel in dashboard()["panels"]:
        yield from (target["expr"] for target in panel["targets"])


@pytest.mark.parametrize("expr", sorted(set(asked())))
def test_every_name_and_label_is_there(expr: str) -> None:
    known = exposed()
    bare = re.sub(r'"[^"]*"', '""', expr)
    names = re.findall(r"\b(inlay_\w+|up)\b", bare)
    assert names
    labels = {label for name in names for label in known.get(name, {"job"})}
    for name in names:
        assert name in known or name in THEIRS, name
    used = {word for group in re.findall(r"\{([^}]*)\}", bare) for word in re.findall(r"(\w+)=", group)}
    used |= {word.strip() for group in re.findall(r"by \(([^)]*)\)", bare) for word in group.split(",")}
    assert used <= labels, expr


def test_the_rules_file_has_every_rule() -> None:
    text = rules_file("panels")
    assert text.count("- alert: Inlay") == len(RULES)
    assert 'job=\\"panels\\"' in text
    assert 'job=\\"inlay\\"' not in text
    for rule in RULES:
        assert f"severity: {rule.severity}" in text
        assert json.dumps(rule.title) in text


def test_the_dashboard_shows_every_rule_with_its_bound() -> None:
    panels = dashboard()["panels"]
    bounds = [panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"] for panel in panels[: len(RULES)]]
    assert bounds == [rule.bound for rule in RULES]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)
