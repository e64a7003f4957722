"""How an admin came in, and as whom: a session of somebody who signed in is held against the configuration of now."""

import sqlalchemy as sa
from alembic import op

revision = "0029_admin_subjects"
down_revision = "0025_earlier_reviews"


def upgrade() -> None:
    op.add_column("admin_sessions", sa.Column("how", sa.Text, nullable=False, server_default="link"))
    op.add_column("admin_sessions", sa.Column("subject", sa.Text))
