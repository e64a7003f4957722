"""Revisions of the configuration: what was published, by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0010_revisions"
down_revision = "0009_rollouts"


def upgrade() -> None:
    op.create_table(
        "revisions",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
