"""The tables of machine callers: their keys, of which there are digests only, and what they import."""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from app.db.schema import metadata

# Two may be valid at once for one service of a connection, so that it can be given a new one in peace.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),  # it stands in the key, and is no secret
    Column("connection", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 hex of the whole key
    Column("capabilities", Text, nullable=False),  # JSON lists
    Column("fields", Text, nullable=False),
    Column("may", Text, nullable=False),  # read, import
    Column("created_at", Double, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("revoked_at", Double),
    Column("used_at", Double),  # within a quarter of an hour
    Index("api_keys_connection", "connection", "service"),
)

# Batches of scores that were brought: one row for each batch id, so that the same one is never applied twice.
imports = Table(
    "imports",
    metadata,
    Column("id", Text, primary_key=True),  # of the attempt
    Column("connection", Text, nullable=False),
    Column("capability", Text, nullable=False),
    Column("batch", Text, nullable=False),  # as the caller names it
    Column("service", Text, nullable=False),
    Column("state", Text, nullable=False),  # receiving, done, refused
    Column("content_hash", Text, nullable=False),  # SHA-256 hex of its rows as they came, unpacked; "" until then
    Column("rows", Integer, nullable=False),
    Column("told", Text, nullable=False),  # JSON: what was answered; or why it was refused
    Column("begun_at", Double, nullable=False),
    Column("at", Double, nullable=False),  # when it last came further
    UniqueConstraint("connection", "capability", "batch", name="imports_batch"),
    Index("imports_at", "at"),
)

# Rows of a batch that is not whole yet: nobody is shown them.
import_rows = Table(
    "import_rows",
    metadata,
    Column("import_id", Text, nullable=False),
    Column("id", Text, nullable=False),  # the decision that it will be
    Column("record_type", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("meaning", Text, nullable=False),
    Column("confidence", Double),
    Column("model_name", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("as_of", Double, nullable=False),
    Column("valid_until", Double, nullable=False),
    Column("features_hash", Text, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),  # by the subject's key, as in `scores`
    Column("reasons", LargeBinary, nullable=False),
    PrimaryKeyConstraint("import_id", "id"),
)
