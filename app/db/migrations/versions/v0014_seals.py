"""Seals of the audit: its chains, what was purged, and which keys vouch for which."""

import sqlalchemy as sa
from alembic import op

revision = "0014_seals"
down_revision = "0013_cores"


def upgrade() -> None:
    op.create_table(
        "audit_sealer",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("through", sa.BigInteger, nullable=False),
        sa.Column("anchored", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "audit_seals",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("family", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("through", sa.BigInteger, nullable=False),
        sa.Column("newest", sa.Double, nullable=False),
        *_signed(),
        sa.Column("listing", sa.LargeBinary),
        sa.PrimaryKeyConstraint("connection", "family", "number"),
    )
    op.create_index("audit_seals_through", "audit_seals", ["through"])
    op.create_table(
        "audit_tombstones",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("family", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        *_signed(),
        sa.Column("anchored", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("connection", "family", "number"),
    )
    op.create_table(
        "audit_keys",
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("vouched_by", sa.Text, nullable=False),
        sa.Column("public", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kid", "vouched_by"),
    )


def _signed() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in ("body", "kid", "signature")]
