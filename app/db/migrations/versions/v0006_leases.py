"""Leases: one question however many processes; arms of canaries; a name for the life of the database's epochs."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0006_leases"
down_revision = "0005_subscriptions"


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("answer", sa.Text),
    )
    op.create_index("leases_until", "leases", ["until"])
    # with a default both databases only note these: no row is written again, and the version before goes on
    op.add_column("scores", sa.Column("arm", sa.Text, nullable=False, server_default=sa.text("''")))
    carried = sa.text("substr(features_hash, 1, 8) = 'carried-'")
    op.create_index(
        "scores_carried",
        "scores",
        ["connection", "record_type", "record_id", "capability", "features_hash", "created_at"],
        sqlite_where=carried,
        postgresql_where=carried,
    )
    op.add_column("epoch", sa.Column("life", sa.Text, nullable=False, server_default=sa.text("''")))
    op.get_bind().execute(sa.text("UPDATE epoch SET life = :life"), {"life": uuid4().hex[:16]})
