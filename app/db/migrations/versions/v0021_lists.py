"""Lists: the records that were scored last are found without reading all of them, and have names."""

import sqlalchemy as sa
from alembic import op

revision = "0021_lists"
down_revision = "0019_write_backs"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("names", sa.LargeBinary))
    there = sa.text("erased_at IS NULL")
    op.create_index(
        "scores_lately",
        "scores",
        ["connection", "capability", "created_at"],
        sqlite_where=there,
        postgresql_where=there,
    )
