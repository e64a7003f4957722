"""Which core gave a score, and which cores were taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0016_cores"
down_revision = "0011_figures"


def upgrade() -> None:
    op.add_column("scores", sa.Column("core", sa.Text, nullable=False, server_default=sa.text("''")))
    op.create_table(
        "dropped_cores",
        sa.Column("capability", sa.Text, nullable=False),
        sa.Column("core", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("capability", "core"),
    )
