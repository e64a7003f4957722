"""The tables of the audit's seals: what was sealed, what was purged under them, and which keys vouch for which."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
)

from app.db.schema import metadata

# One row: how far the log is sealed. Whoever moves `through` on has sealed what lies between; nobody else has.
audit_sealer = Table(
    "audit_sealer",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("through", BigInteger, nullable=False),  # the last row's number that is sealed or was none
    Column("anchored", BigInteger, nullable=False),  # seals up to this `through` stand in the file of anchors
)

# One chain for each connection ("" for rows without one) and family, counted from 1. `body` is what was signed.
audit_seals = Table(
    "audit_seals",
    metadata,
    Column("connection", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("through", BigInteger, nullable=False),
    Column("newest", Double, nullable=False),  # of its rows
    Column("body", Text, nullable=False),
    Column("kid", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("listing", LargeBinary),  # not encrypted: a number and a digest for each row; gone with the rows
    PrimaryKeyConstraint("connection", "family", "number"),
    Index("audit_seals_through", "through"),
)

# What was purged: the rows under the seals from `number` to `last`. `body` is what was signed.
audit_tombstones = Table(
    "audit_tombstones",
    metadata,
    Column("connection", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("kid", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("anchored", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("connection", "family", "number"),
)

# A key says of another that it was ours: so seals are believed whose secret is gone from the configuration.
audit_keys = Table(
    "audit_keys",
    metadata,
    Column("kid", Text, nullable=False),
    Column("vouched_by", Text, nullable=False),
    Column("public", Text, nullable=False),
    Column("signature", Text, nullable=False),
    PrimaryKeyConstraint("kid", "vouched_by"),
)
