"""Admins: one-time links, and who is signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0008_admin"
down_revision = "0007_jobs"


def upgrade() -> None:
    op.create_table(
        "admin_links",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("connections", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
    )
    op.create_table(
        "admin_sessions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("connections", sa.Text, nullable=False),
        sa.Column("opened_at", sa.Double, nullable=False),
        sa.Column("ends_at", sa.Double, nullable=False),
    )
    op.create_index("admin_sessions_ends", "admin_sessions", ["ends_at"])
