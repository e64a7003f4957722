"""Reviews that an undo can bring back: those that another took the place of."""

import sqlalchemy as sa
from alembic import op

revision = "0025_earlier_reviews"
down_revision = "0024_outbox"


def upgrade() -> None:
    op.create_table(
        "earlier_reviews",
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
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("of_value", sa.Double),
        sa.Column("of_model", sa.Text, nullable=False),
        sa.Column("approval", sa.Text, nullable=False),
        sa.Column("approver", sa.Text),
        sa.Column("answered_at", sa.Double),
        sa.Column("kept_until", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("connection", "record_type", "record_id", "capability", "item", "version"),
    )
    op.create_index("earlier_reviews_until", "earlier_reviews", ["kept_until"])
