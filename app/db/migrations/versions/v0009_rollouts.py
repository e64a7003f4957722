"""Roll-out: who is shown the panels of a connection, from when on."""

import sqlalchemy as sa
from alembic import op

revision = "0009_rollouts"
down_revision = "0008_admin"


def upgrade() -> None:
    op.create_table(
        "rollouts",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("component", sa.Text, nullable=False),
        sa.Column("starts_at", sa.Double, nullable=False),
        sa.Column("reach", sa.Text, nullable=False),
        sa.Column("percent", sa.Double, nullable=False),
        sa.Column("viewers", sa.Text, nullable=False),
        sa.Column("set_at", sa.Double, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("connection", "component", "starts_at"),
    )
