"""The rules as Prometheus reads them.

https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
"""

from __future__ import annotations

import json

from app.health.alerts.rules import RULES, Rule

HOLD = "2m"  # so that one scrape that fails wakes nobody


def rules_file(job: str = "inlay") -> str:
    """A rules file; `job` is what Prometheus' own configuration calls us."""
    lines = ["# Made by: inlay alerts prometheus", "groups:", "  - name: inlay", "    rules:"]
    for rule in RULES:
        lines += [
            f"      - alert: {alert_name(rule)}",
            f"        expr: {json.dumps(expression(rule, job))}",
            f"        for: {HOLD}",
            "        labels:",
            f"          severity: {rule.severity}",
            "        annotations:",
            f"          summary: {json.dumps(rule.title)}",
            f"          description: {json.dumps(f'{rule.sentence} {rule.mend}')}",
        ]
    return "\n".join(lines) + "\n"


def expression(rule: Rule, job: str) -> str:
    """Beyond the bound, and enough counted to say so."""
    sign = ">" if rule.above else "<"
    whole = f"({rule.value}) {sign} {rule.bound:g} and ({rule.counted}) >= {rule.least}"
    return named(whole, job)


def named(expr: str, job: str) -> str:
    """A rule's expression, for a job of another name."""
    return expr.replace('job="inlay"', f"job={json.dumps(job)}")


def alert_name(rule: Rule) -> str:
    """A rule's name as Prometheus writes names."""
    return "Inlay" + "".join(word.title() for word in rule.name.split("-"))
