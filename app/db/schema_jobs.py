"""The tables of background work: the jobs, how fast they may ask the outside, and how far a long run is."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, PrimaryKeyConstraint, Table, Text

from app.db.schema import metadata

jobs = Table(
    "jobs",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("priority", Integer, nullable=False),  # higher goes first
    Column("run_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("leased_until", Double),
    Column("lease_owner", Text),
    Column("dead_at", Double),
    Column("last_error", Text),
    Column("dedupe_key", Text, unique=True),  # of a waiting job only
    sqlite_autoincrement=True,
)
# the first of a kind is found without reading those behind it, however many wait
_alive = jobs.c.dead_at.is_(None)
Index(
    "jobs_next",
    jobs.c.kind,
    jobs.c.priority.desc(),
    jobs.c.run_at,
    jobs.c.id,
    sqlite_where=_alive,
    postgresql_where=_alive,
)

# When the next question to something outside may go out, for all processes together.
quotas = Table(
    "quotas",
    metadata,
    Column("name", Text, primary_key=True),
    Column("free_at", Double, nullable=False),
)

# How far `inlay warm` is with a list, so that a killed run goes on from there.
warms = Table(
    "warms",
    metadata,
    Column("connection", Text, nullable=False),
    Column("capability", Text, nullable=False),
    Column("list_hash", Text, nullable=False),  # SHA-256 hex of its records, in their order
    Column("done", Integer, nullable=False),
    Column("at", Double, nullable=False),
    PrimaryKeyConstraint("connection", "capability", "list_hash"),
)
