"""The settings of alerts."""

from __future__ import annotations

from dataclasses import dataclass

from app.config.kinds import URL, many
from app.config.reader import row
from app.config.references import Secret, secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """`[alerts]`: who is told when something is wrong. With Prometheus, take instead: inlay alerts prometheus"""

    webhook: str = row(
        URL, "Where alerts are posted to, as Standard Webhooks has it.", "", example="https://hooks.example.com/inlay"
    )
    secrets: tuple[Secret, ...] = row(many(secret()), "Secrets that they are signed with, several to rotate.", [])
