"""`inlay alerts`: the rules for whoever has a monitoring of their own."""

from __future__ import annotations

import json

from click.testing import CliRunner

from app.cli import main
from app.health.alerts.grafana import dashboard
from app.health.alerts.prometheus import rules_file


def test_by_command() -> None:
    shown = CliRunner().invoke(main, ["alerts", "prometheus", "--job", "panels"])
    assert (shown.exit_code, shown.output) == (0, rules_file("panels"))
    shown = CliRunner().invoke(main, ["alerts", "grafana"])
    assert (shown.exit_code, json.loads(shown.output)) == (0, dashboard())
