"""Jobs are found by kind and priority; quotas for all processes; lists that are being warmed."""

import sqlalchemy as sa
from alembic import op

revision = "0007_jobs"
down_revision = "0006_leases"


def upgrade() -> None:
    alive = sa.text("dead_at IS NULL")
    op.create_index(
        "jobs_next",
        "jobs",
        ["kind", sa.text("priority DESC"), "run_at", "id"],
        sqlite_where=alive,
        postgresql_where=alive,
    )
    op.drop_index("jobs_due", "jobs")
    op.create_table(
        "quotas",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("free_at", sa.Double, nullable=False),
    )
    op.create_table(
        "warms",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("capability", sa.Text, nullable=False),
        sa.Column("list_hash", sa.Text, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("connection", "capability", "list_hash"),
    )
