"""Revocations, and the origins whose framing was refused."""

import sqlalchemy as sa
from alembic import op

revision = "0002_guard"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "revocations",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("viewer", sa.Text, nullable=False),
        sa.Column("component", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("connection", "viewer", "component"),
    )
    op.create_table(
        "refused_framings",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("first_at", sa.Double, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("connection", "origin"),
    )
