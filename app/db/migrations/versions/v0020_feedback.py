"""What people say beside verdicts, and what cores were told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0020_feedback"
down_revision = "0018_reviews"


def upgrade() -> None:
    _said()
    _told()
    _became()


def _said() -> None:
    op.create_table(
        "thumbs",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("viewer", sa.Text, nullable=False),
        sa.Column("capability", sa.Text, nullable=False),
        sa.Column("record_type", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("thumb", sa.Text, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("connection", "decision", "viewer"),
    )
    op.create_table(
        "asked_viewers",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("viewer", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("connection", "viewer"),
    )


def _told() -> None:
    op.create_table(
        "feedback_threads",
        sa.Column("thread", sa.Text, primary_key=True),
        sa.Column("core", sa.Text, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("capability", sa.Text, nullable=False),
        sa.Column("record_type", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("told_at", sa.Double),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.UniqueConstraint(
            "core", "connection", "capability", "record_type", "record_id", "item", name="feedback_threads_of"
        ),
    )
    op.create_table(
        "feedback_refusals",
        sa.Column("core", sa.Text, primary_key=True),
        sa.Column("status", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )


def _became() -> None:
    op.create_table(
        "outcomes",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("record_type", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("connection", "record_type", "record_id"),
    )
