"""Erasures: which scores were blanked, their reasons by their subjects' keys, and keys that must never come back."""

import sqlalchemy as sa
from alembic import op

revision = "0016_erasures"
down_revision = "0015_search"


def upgrade() -> None:
    op.add_column("scores", sa.Column("erased_at", sa.Double))
    op.add_column("scores", sa.Column("reasons", sa.LargeBinary))
    op.create_table(
        "erased_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
