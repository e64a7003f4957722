"""Alerts: one table of rules, from which Prometheus, Grafana and our own watch are made."""
