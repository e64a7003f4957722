"""Subscriptions to hosts' change notifications."""

import sqlalchemy as sa
from alembic import op

revision = "0005_subscriptions"
down_revision = "0004_documents"


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("drive", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ends_at", sa.Double, nullable=False),
        sa.Column("link", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("connection", "drive"),
    )
