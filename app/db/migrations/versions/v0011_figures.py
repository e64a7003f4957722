"""Figures: what the dashboard shows, and who was there on which day."""

import sqlalchemy as sa
from alembic import op

revision = "0011_figures"
down_revision = "0010_revisions"


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("grain", sa.Text, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("component", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("sketch", sa.Text),
        sa.PrimaryKeyConstraint("grain", "connection", "component", "name", "at"),
    )
    op.create_index("figures_at", "figures", ["grain", "at"])
    op.create_table(
        "active_viewers",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("viewer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("connection", "day", "viewer"),
    )
    op.create_table("beats", sa.Column("minute", sa.BigInteger, primary_key=True, autoincrement=False))
