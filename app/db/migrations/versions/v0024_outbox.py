"""The outbox: what is to be published to a broker."""

import sqlalchemy as sa
from alembic import op

revision = "0024_outbox"
down_revision = "0021_lists"


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("event_id", sa.Text, nullable=False, unique=True),
        sa.Column("broker", sa.Text, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("record_type", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("published_at", sa.Double),
        sqlite_autoincrement=True,
    )
    waits = sa.text("published_at IS NULL")
    op.create_index("outbox_waiting", "outbox", ["broker", "id"], sqlite_where=waits, postgresql_where=waits)
    op.create_index("outbox_published", "outbox", ["published_at"])
    op.create_index("outbox_record", "outbox", ["connection", "record_type", "record_id"])
