"""Which core gave a score, which cores were taken back, and which connections leave."""

import sqlalchemy as sa
from alembic import op

revision = "0013_cores"
down_revision = "0012_alerts"


def upgrade() -> None:
    op.add_column("scores", sa.Column("core", sa.Text, nullable=False, server_default=sa.text("''")))
    op.create_table(
        "dropped_cores",
        sa.Column("capability", sa.Text, nullable=False),
        sa.Column("core", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("capability", "core"),
    )
    op.create_table(
        "leavings",
        sa.Column("connection", sa.Text, primary_key=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
    )
