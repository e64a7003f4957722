"""`inlay audit`: what the audit keeps, and what it must not."""

from __future__ import annotations

import click

from app.cli.audit_erase import erase


@click.group()
def audit() -> None:
    """The audit log, and the people it is about."""


audit.add_command(erase)
