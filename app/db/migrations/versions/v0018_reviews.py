"""Reviews of scores: their value and the score that they spoke of, versions, and a second person's word."""

import sqlalchemy as sa
from alembic import op

revision = "0018_reviews"
down_revision = "0017_decided"


def upgrade() -> None:
    empty = sa.text("''")
    for column in (
        sa.Column("version", sa.BigInteger, nullable=False, server_default=sa.text("1")),
        sa.Column("via", sa.Text, nullable=False, server_default=empty),
        sa.Column("value", sa.Double),
        sa.Column("of_value", sa.Double),
        sa.Column("of_model", sa.Text, nullable=False, server_default=empty),
        sa.Column("approval", sa.Text, nullable=False, server_default=empty),
        sa.Column("approver", sa.Text),
        sa.Column("answered_at", sa.Double),
    ):
        op.add_column("reviews", column)
