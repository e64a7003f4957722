"""Analyses of documents, which are whose, and what viewers say of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004_documents"
down_revision = "0003_signin"


def upgrade() -> None:
    _analyses()
    _readings()
    _reviews()


def _analyses() -> None:
    op.create_table(
        "analyses",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("model_name", sa.Text, nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    op.create_index("analyses_content", "analyses", ["connection", "content_hash", "recipe"], unique=True)


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("capability", sa.Text, nullable=False),
        sa.Column("record_type", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("decision", sa.Text),
        sa.Column("analysis", sa.Text),
        sa.Column("recipe", sa.Text),
        sa.Column("version", sa.Text),
        sa.Column("before", sa.Text),
        sa.Column("work_version", sa.Text),
        sa.Column("stage", sa.Text),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("share", sa.Double, nullable=False),
        sa.Column("share_at", sa.Double, nullable=False),
        sa.Column("left_s", sa.Double, nullable=False),
        sa.Column("beat_at", sa.Double, nullable=False),
        sa.Column("failed_version", sa.Text),
        sa.Column("problem", sa.Text),
        sa.Column("reference", sa.Text),
        sa.Column("retry_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("connection", "record_type", "record_id", "capability"),
    )


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("capability", sa.Text, nullable=False),
        sa.Column("record_type", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("viewer", sa.Text, nullable=False),
        sa.Column("said", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("connection", "record_type", "record_id", "capability", "item"),
    )
    op.create_index("reviews_viewer", "reviews", ["connection", "viewer"])
