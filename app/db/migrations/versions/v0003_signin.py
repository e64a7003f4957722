"""Attempts to sign in, and what viewers' sign-ins gave us."""

import sqlalchemy as sa
from alembic import op

revision = "0003_signin"
down_revision = "0002_guard"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("signed_in", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "identities",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("viewer", sa.Text, nullable=False),
        sa.Column("tokens", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("leased_until", sa.Double),
        sa.Column("lease_owner", sa.Text),
        sa.Column("ends_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("connection", "viewer"),
    )
    op.create_index("identities_ends", "identities", ["ends_at"])
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("challenge", sa.Text, nullable=False, unique=True),
        sa.Column("tab", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("opener", sa.Text, nullable=False),
        sa.Column("component", sa.Text, nullable=False),
        sa.Column("records", sa.Text, nullable=False),
        sa.Column("secrets", sa.LargeBinary),
        sa.Column("result", sa.LargeBinary),
        sa.Column("code", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
    )
    op.create_index("sign_ins_expires", "sign_ins", ["expires_at"])
