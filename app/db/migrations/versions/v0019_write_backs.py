"""What is written back to hosts' records."""

import sqlalchemy as sa
from alembic import op

revision = "0019_write_backs"
down_revision = "0023_callers"


def upgrade() -> None:
    text = ("connection", "record_type", "record_id", "capability")
    op.create_table(
        "write_backs",
        *(sa.Column(name, sa.Text, nullable=False) for name in text),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("state", "cause", "decision", "viewer")),
        sa.Column("score", sa.Double),
        sa.Column("band", sa.Text, nullable=False),
        sa.Column("as_of", sa.Double),
        sa.Column("review", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("override", sa.Double),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("wished_at", sa.Double, nullable=False),
        sa.Column("kept", sa.LargeBinary),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("forced", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("held_by", sa.Text, nullable=False),
        sa.Column("held_until", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint(*text),
    )
    op.create_index("write_backs_state", "write_backs", ["connection", "state", "at"])
