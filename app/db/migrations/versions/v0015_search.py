"""The audit can be searched: the model's version has a column, and every way to ask has its index."""

import sqlalchemy as sa
from alembic import op

revision = "0015_search"
down_revision = "0014_seals"


def upgrade() -> None:
    op.add_column("audit", sa.Column("version", sa.Text))
    bind = op.get_bind()
    version = "json_extract(detail, '$.version')" if bind.dialect.name == "sqlite" else "detail::json ->> 'version'"
    given = "event IN ('answer.given', 'analysis.given')"
    bind.execute(sa.text(f"UPDATE audit SET version = {version} WHERE {given}"))  # noqa: S608 our own words
    op.create_index("audit_at", "audit", ["at"])
    op.create_index("audit_connection", "audit", ["connection", "at"])
    op.create_index("audit_kind", "audit", ["connection", "event", "at"])
    op.create_index("audit_viewer", "audit", ["viewer", "at"])
    op.create_index("audit_record", "audit", ["record", "at"])
    known = sa.text("version IS NOT NULL")
    op.create_index(
        "audit_version", "audit", ["connection", "version", "at"], sqlite_where=known, postgresql_where=known
    )
