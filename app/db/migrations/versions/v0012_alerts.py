"""Alerts: what was wrong, and what was told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0012_alerts"
down_revision = "0011_figures"


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("fired_at", sa.Double, nullable=False),
        sa.Column("resolved_at", sa.Double),
        sa.Column("open_key", sa.Text, unique=True),
        sqlite_autoincrement=True,
    )
    op.create_index("alerts_fired", "alerts", ["fired_at"])
    op.create_table(
        "alert_messages",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("sent_at", sa.Double),
        sa.Column("error", sa.Text),
    )
    op.create_index("alert_messages_made", "alert_messages", ["made_at"])
