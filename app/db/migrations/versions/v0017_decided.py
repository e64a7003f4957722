"""What the audit says of one decision is found without reading the rest of it."""

import sqlalchemy as sa
from alembic import op

revision = "0017_decided"
down_revision = "0016_erasures"


def upgrade() -> None:
    op.create_index(
        "audit_decision",
        "audit",
        ["decision", "seq"],
        sqlite_where=sa.text("decision IS NOT NULL"),
        postgresql_where=sa.text("decision IS NOT NULL"),
    )
